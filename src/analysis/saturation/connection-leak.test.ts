import { denied, records, testCheck } from "../test-check.ts";
import { connectionLeak } from "./connection-leak.ts";

const fast = [{ values: "0.02x25", dimensions: { peer: "db" } }];

const releasedAt = (secondsAfterUsual: number) =>
  records((scope) => [
    {
      id: "c1",
      kind: "deploy",
      entityIds: ["subject"],
      at: scope.baseline.to + secondsAfterUsual * 1000,
      key: null,
      before: "1",
      after: "2",
      diff: null,
      summary: "",
    },
  ]);
const leak = { inUse: "3x9 3+0.6x14", limit: "20x25", rate: "50x25", calls: fast };

const triedAgain = {
  inUse: "2x9 10x10",
  limit: "10x19",
  wait: "0.001x9 2x10",
  rate: "8x9 32x10",
  calls: [{ values: "0.02x9 2.02x10", dimensions: { peer: "db" } }],
};

testCheck(connectionLeak, {
  finds: {
    "a release with which it began": {
      ...leak,
      change: releasedAt(-30),
      $: { baselineSamples: 10, expects: { changeId: "c1" } },
    },
    "a release that served for minutes and gave every connection back": {
      ...leak,
      change: releasedAt(-400),
      $: { baselineSamples: 10, expects: { changeId: null } },
    },
    "use that ratchets up at the same requests": {
      inUse: "3x9 3+0.6x14",
      limit: "20x25",
      rate: "50x25",
      calls: fast,
      $: { baselineSamples: 10, expects: { evidence: "resource-trend" } },
    },
    "a staircase that reached the limit": {
      inUse: "2x9 3 4 4 5 6 7 7 8 9 10 10 10 10 10 10",
      limit: "10x25",
      rate: "50x18 10x6",
      calls: fast,
      $: { baselineSamples: 10 },
    },
    "a full pool for which calls wait, and the database is not slow": {
      inUse: "2x9 3 4 4 5 6 7 7 8 9 10 10 10 10 10 10",
      limit: "10x25",
      wait: "0.001x19 2x6",
      rate: "50x18 10x7",
      calls: [{ values: "0.02x19 2.02x6", dimensions: { peer: "db" } }],
      $: { baselineSamples: 10, others: { db: "database" } },
    },
    "a full pool that hardly a statement uses, however often its callers try again": {
      ...triedAgain,
      made: [{ values: "20x9 0.4x10", dimensions: { peer: "db" } }],
      $: { baselineSamples: 9, others: { db: "database" }, expects: { evidence: "state" } },
    },
  },
  against: {
    "more work than it can do: every connection runs statements all the time": {
      ...triedAgain,
      made: [{ values: "20x9 60x10", dimensions: { peer: "db" } }],
      $: { baselineSamples: 9, others: { db: "database" } },
    },
    "a short burst of use": { inUse: "3x14 9 9 3x3", limit: "10x19", rate: "50x19", calls: fast },
    "a slow database": {
      inUse: "3x9 10x9",
      limit: "10x19",
      rate: "50x9 40x9",
      calls: [{ values: "0.02x9 0.6x9", dimensions: { peer: "db" } }],
    },
    "a slow database for which calls wait besides": {
      inUse: "3x9 10x9",
      limit: "10x19",
      wait: "0.001x9 0.5x9",
      rate: "50x9 40x9",
      calls: [{ values: "0.02x9 1.1x9", dimensions: { peer: "db" } }],
      $: { others: { db: "database" } },
    },
    "twice the load, twice the connections": { inUse: "3x9 6x9", limit: "10x19", rate: "50x9 100x9", calls: fast },
    "as many as usual": { inUse: "3x19", limit: "10x19", rate: "50x19", calls: fast },
  },
  quiet: {
    "no pool": {},
  },
  unknown: {
    "no pool figures": { inUse: denied },
    "more in use, load not to be seen": {
      inUse: "3x9 3+0.6x14",
      limit: "20x25",
      rate: denied,
      $: { baselineSamples: 10 },
    },
  },
});
