import { denied, testCheck } from "../test-check.ts";
import { networkDelay } from "./network-delay.ts";

const $ = {
  others: { near: "service", far: "service", other: "service", base: "database" } as const,
  calls: [
    ["subject", "near"],
    ["subject", "far"],
    ["other", "base"],
    ["subject", "base"],
  ] as [string, string][],
};
const call = (entityId: string, peer: string, values: string) => ({ entityId, dimensions: { peer }, values });

testCheck(networkDelay, {
  finds: {
    "one way that takes long": {
      gap: [call("subject", "far", "0.001x10 0.2x9"), call("subject", "near", "0.001x20")],
      $: { ...$, expects: { entityId: "far", evidence: "network-gap" } },
    },
    "a database that is slow for one caller only": {
      gap: [],
      callLatency: [call("subject", "base", "0.004x10 0.2x9"), call("other", "base", "0.004x20")],
      $: { ...$, expects: { entityId: "base" } },
    },
  },
  quiet: {
    "a caller whose own thread is late": {
      gap: [call("subject", "far", "0.001x10 0.2x9")],
      loopDelay: [{ entityId: "subject", values: "0.001x10 0.2x9" }],
      $,
    },
    "a database that is slow for all": {
      callLatency: [call("subject", "base", "0.004x10 0.2x9"), call("other", "base", "0.004x10 0.2x9")],
      $,
    },
    "ways as usual": { gap: [call("subject", "far", "0.001x20")], $ },
  },
  unknown: { "calls unseen": { gap: denied, callLatency: denied, $ } },
});
