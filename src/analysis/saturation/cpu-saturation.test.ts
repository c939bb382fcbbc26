import { denied, testCheck } from "../test-check.ts";
import { cpuSaturation } from "./cpu-saturation.ts";

testCheck(cpuSaturation, {
  finds: {
    "four times the processor time for the same requests": {
      usage: "0.2x9 0.8x9",
      limit: "1x19",
      rate: "50x19",
      $: { expects: { evidence: "shift", faultClass: "cpu-saturation" } },
    },
    "at its limit, and fewer requests get through": {
      usage: "0.2x9 0.97x9",
      limit: "1x19",
      rate: "50x9 20x9",
      $: { expects: { evidence: "saturation" } },
    },
    "one of two instances": {
      usage: [
        { values: "0.2x19", dimensions: { instance: "a" } },
        { values: "0.2x9 0.95x9", dimensions: { instance: "b" } },
      ],
      rate: "50x19",
    },
    "a worker's messages": { usage: "0.1x9 0.6x9", processed: "5x19" },
  },
  against: {
    "a deploy's warm-up, over by now": { usage: "0.2x9 0.9 0.6 0.3 0.21x7", rate: "50x19" },
    "a job that takes a little more": { usage: "0.2x9 0.24x9", rate: "50x19" },
    "three times the requests": { usage: "0.2x9 0.6x9", rate: "50x9 150x9" },
    "use as usual": { usage: "0.21 0.19 0.2x16", rate: "50x19" },
    "the daily rise": { usage: "0.20+0.01x19", rate: "50+2.5x19" },
  },
  quiet: {},
  unknown: {
    "no samples": { usage: denied, rate: "50x19" },
    "no request rate": { usage: "0.2x9 0.8x9", rate: denied },
  },
});
