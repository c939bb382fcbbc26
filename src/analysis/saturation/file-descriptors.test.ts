import { denied, testCheck } from "../test-check.ts";
import { fileDescriptors } from "./file-descriptors.ts";

testCheck(fileDescriptors, {
  finds: {
    "95 of 100 open": {
      used: "95x9",
      limit: "100x9",
      $: { expects: { faultClass: "other/file-descriptors-exhausted" } },
    },
    "more and more at the same requests": {
      used: "30x9 30+3.5x19",
      limit: "100x29",
      rate: "50x29",
      $: { baselineSamples: 10, expects: { faultClass: "connection-leak" } },
    },
  },
  quiet: { "80 of 100": { used: "80x9", limit: "100x9" }, "no limit known": { used: "80x9" } },
  against: { "a tenth": { used: "10x9", limit: "100x9" } },
  unknown: { "not readable": { used: denied } },
});
