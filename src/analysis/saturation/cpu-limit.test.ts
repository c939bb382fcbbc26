import { denied, records, testCheck } from "../test-check.ts";
import { cpuLimit } from "./cpu-limit.ts";

const lowered = records((scope) => [
  {
    id: "c1",
    kind: "limits",
    entityIds: ["subject"],
    at: scope.baseline.to,
    key: null,
    before: { cpuCores: 1 },
    after: { cpuCores: 0.2 },
    diff: null,
    summary: "",
  },
]);

testCheck(cpuLimit, {
  finds: {
    "throttled half of the time, and slower": {
      throttled: "0x9 0.5x9",
      latency: "0.1x9 0.4x9",
      usage: "0.2x19",
      rate: "50x19",
      change: lowered,
      $: { expects: { changeId: "c1" } },
    },
    "use at the limit": { usage: "0.2x19", limit: "1x9 0.2x9", latency: "0.1x9 0.4x9", rate: "50x19" },
  },
  quiet: {
    "throttled, and nobody waits": { throttled: "0x9 0.4x9", latency: "0.1x19" },
    "throttled as ever": { throttled: "0.4x19", latency: "0.1x19" },
    "no limit": { usage: "0.8x19", limit: "_x19", throttled: "_x19" },
  },
  against: {
    "each request became dearer": { usage: "0.2x9 0.98x9", limit: "1x19", latency: "0.1x9 0.4x9", rate: "50x19" },
    room: { usage: "0.2x19", limit: "1x19", throttled: "0x19" },
  },
  unknown: { "neither can be read": { usage: "0.2x19", limit: denied, throttled: denied } },
});
