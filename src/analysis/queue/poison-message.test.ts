import { denied, records, testCheck } from "../test-check.ts";
import { poisonMessage } from "./poison-message.ts";

const $ = { subject: { kind: "queue" as const } };
const worker = { subject: { kind: "worker" as const } };
const crashing = (restarts: number) =>
  records((scope) => [
    {
      entityId: "subject",
      instances: [
        { id: "a", version: "1", restarts, lastExit: { at: scope.now - 5000, code: 1, signal: null, reason: "Error" } },
      ],
    },
  ]);
const released = records((scope) => [
  {
    id: "c1",
    kind: "deploy",
    entityIds: ["subject"],
    at: scope.baseline.to,
    key: null,
    before: "1",
    after: "2",
    summary: "",
  },
]);

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
    "a reader that is ended by what it reads": {
      failures: "0x19",
      processed: "2x12 _x7",
      workload: crashing(5),
      $: { ...worker, expects: { evidence: "state" } },
    },
    "failures of which nobody counts redeliveries": {
      redelivered: denied,
      failures: "_x10 0.4x9",
      processed: "10x19",
      $,
    },
  },
  against: {
    "a reader that ended once": {
      failures: "0x19",
      processed: "2x9 0.5x9",
      workload: crashing(1),
      $: worker,
    },
    "a reader that ends since its release": {
      failures: "0x19",
      processed: "2x9 0x9",
      workload: crashing(5),
      change: released,
      $: worker,
    },
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
