import { denied, records, testCheck } from "../test-check.ts";
import { cacheDisabled } from "./cache-disabled.ts";

const others = { cache: "cache" as const };
const flag = records((scope) => [
  {
    id: "c1",
    kind: "flag",
    entityIds: ["subject"],
    at: scope.baseline.to,
    key: "use-cache",
    before: true,
    after: false,
    diff: null,
    summary: "",
  },
]);
const calls = (values: string) => [{ entityId: "subject", values, dimensions: { peer: "cache" } }];

testCheck(cacheDisabled, {
  finds: {
    "a flag that stops the look-ups": {
      calls: calls("40x9 0x9"),
      lookups: [{ entityId: "cache", values: "40x9 0x9" }],
      requests: "50x19",
      change: flag,
      $: { others, calls: [["subject", "cache"]], expects: { entityId: "subject", changeId: "c1" } },
    },
    "the cell in which they stopped still counts some": {
      calls: calls("40x9 20x1 0x8"),
      lookups: [{ entityId: "cache", values: "40x9 20x1 0x8" }],
      requests: "50x19",
      $: { others, calls: [["subject", "cache"]], expects: { entityId: "subject" } },
    },
    "look-ups alone, one caller": {
      lookups: [{ entityId: "cache", values: "40x9 0.5x9" }],
      requests: "50x19",
      $: { others, calls: [["subject", "cache"]], expects: { entityId: "subject" } },
    },
  },
  quiet: {
    "no more requests, no more look-ups": {
      calls: calls("40x9 0x9"),
      requests: "50x9 1x9",
      $: { others, calls: [["subject", "cache"]] },
    },
    "half the look-ups": { calls: calls("40x9 20x9"), requests: "50x19", $: { others, calls: [["subject", "cache"]] } },
    "a cache that is rarely asked": {
      calls: calls("0.1x9 0x9"),
      requests: "50x19",
      $: { others, calls: [["subject", "cache"]] },
    },
    "another peer that is no longer called": {
      calls: [{ entityId: "subject", values: "40x9 0x9", dimensions: { peer: "b" } }],
      requests: "50x19",
      $: { others: { b: "service" } },
    },
  },
  unknown: {
    "nothing readable": { calls: denied, lookups: denied, $: { others } },
    "traffic not readable": {
      calls: calls("40x9 0x9"),
      requests: denied,
      $: { others, calls: [["subject", "cache"]] },
    },
  },
});
