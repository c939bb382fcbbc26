import { denied, records, testCheck } from "../test-check.ts";
import { poolExhausted } from "./pool-exhausted.ts";

const lowered = records((scope) => [
  {
    id: "c1",
    kind: "configuration",
    entityIds: ["subject"],
    at: scope.baseline.to,
    key: "DB_POOL_SIZE",
    before: "10",
    after: "2",
    diff: null,
    summary: "",
  },
]);

testCheck(poolExhausted, {
  finds: {
    "a pool made smaller": {
      inUse: "4x9 2x9",
      limit: "10x9 2x9",
      pending: "0x9 8x9",
      wait: "0.001x9 0.4x9",
      rate: "50x9 45x9",
      calls: [{ values: "0.02x19", dimensions: { peer: "db" } }],
      change: lowered,
      $: { others: { db: "database" }, expects: { changeId: "c1", effect: 5 } },
    },
    "more requests than the pool can carry": {
      inUse: "6x9 10x9",
      limit: "10x19",
      pending: "0x9 6x9",
      rate: "50x9 100x9",
      calls: [{ values: "0.02x19", dimensions: { peer: "db" } }],
    },
    "waits alone": { inUse: "4x9 5x9", limit: "5x19", wait: "0.001x9 0.3x9", rate: "50x19" },
  },
  against: {
    "a slow database that holds the connections": {
      inUse: "3x9 10x9",
      limit: "10x19",
      pending: "0x9 20x9",
      rate: "50x9 40x9",
      calls: [{ values: "0.02x9 0.6x9", dimensions: { peer: "db" } }],
      $: { others: { db: "database" } },
    },
    "a leak": {
      inUse: "3x9 3+0.7x10 10x5",
      limit: "10x26",
      pending: "0x17 9x8",
      rate: "50x26",
      calls: [{ values: "0.02x26", dimensions: { peer: "db" } }],
      $: { baselineSamples: 10, others: { db: "database" } },
    },
    "an idle pool": { inUse: "1x19", limit: "10x19", pending: "0x19", rate: "50x19" },
  },
  quiet: {
    "a burst that waited once": { inUse: "4x19", limit: "5x19", pending: "0x14 3 0x4", rate: "50x19" },
    "a busy pool without waiters": { inUse: "8x19", limit: "10x19", pending: "0x19", rate: "50x19" },
    "as many waiters as ever": { inUse: "10x19", limit: "10x19", pending: "2x19", rate: "50x19" },
    "no pool": {},
  },
  unknown: {
    "no pool figures": { inUse: denied, pending: denied },
    "held longer, and calls cannot be seen": {
      inUse: "3x9 10x9",
      limit: "10x19",
      pending: "0x9 20x9",
      rate: "50x9 40x9",
      calls: denied,
    },
  },
});
