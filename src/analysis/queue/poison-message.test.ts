import { denied, testCheck } from "../test-check.ts";
import { poisonMessage } from "./poison-message.ts";

const $ = { subject: { kind: "queue" as const } };

testCheck(poisonMessage, {
  finds: {
    "redeliveries while others pass": {
      redelivered: "0x9 0.5x9",
      failures: "0x9 0.5x9",
      processed: "10x19",
      published: "10x19",
      $,
    },
    "one message that blocks all behind it": {
      redelivered: "0x9 1x9",
      failures: "0x9 1x9",
      processed: "10x9 0x9",
      published: "10x19",
      oldest: "1x9 60+60x9",
      $,
    },
    "failures of which nobody counts redeliveries": {
      redelivered: denied,
      failures: "_x10 0.4x9",
      processed: "10x19",
      $,
    },
  },
  against: {
    "a few failures as ever": { failures: "0.1x19", redelivered: "0.1x19", processed: "10x19", $ },
    "a worker that fails with everything": {
      failures: "0x9 10x9",
      redelivered: denied,
      processed: "10x9 0x9",
      published: "10x19",
      oldest: "1x9 60+60x9",
      $,
    },
  },
  quiet: { "no queue": { $ } },
  unknown: {
    "not to be seen": { failures: denied, redelivered: denied, $ },
    "whether others pass cannot be seen": { failures: "0x9 0.5x9", processed: denied, $ },
  },
});
