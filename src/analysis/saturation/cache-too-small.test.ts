import { denied, records, testCheck } from "../test-check.ts";
import { cacheTooSmall } from "./cache-too-small.ts";

const lowered = records((scope) => [
  {
    id: "c1",
    kind: "configuration",
    entityIds: ["subject"],
    at: scope.baseline.to,
    key: "maxmemory",
    before: "100mb",
    after: "10mb",
    diff: null,
    summary: "",
  },
]);
const cache = { subject: { kind: "cache" as const } };

testCheck(cacheTooSmall, {
  finds: {
    "a cache made smaller": {
      hits: "0.9x9 0.3x9",
      lookups: "50x19",
      evictions: "0x9 20x9",
      used: "60x9 10x9",
      limit: "100x9 10x9",
      change: lowered,
      $: { ...cache, expects: { changeId: "c1", evidence: "saturation" } },
    },
    "made so small that one entry drives out the rest": {
      hits: "0.9x9 0.4x9",
      lookups: "50x19",
      evictions: "_x9 20x9",
      used: "60x9 0.5x9",
      limit: "100x9 2x9",
      $: { ...cache, expects: { evidence: "shift" } },
    },
    "more to hold than it can": {
      hits: "0.9x9 0.6x9",
      lookups: "50x9 80x9",
      evictions: "0.2x9 9x9",
      used: "99x19",
      limit: "100x19",
      $: cache,
    },
  },
  against: {
    "a cache that always evicts and hits a little less": {
      hits: "0.9x9 0.87x9",
      lookups: "50x19",
      evictions: "5x19",
      used: "99x19",
      limit: "100x19",
      $: cache,
    },
    "hits as usual": { hits: "0.9x19", lookups: "50x19", evictions: "0x19", $: cache },
    "emptied, nothing thrown out": { hits: "0.9x9 0.2x9", lookups: "50x19", evictions: "0x19", $: cache },
    "no longer asked": { hits: "0.9x9 0x9", lookups: "50x9 0.1x9", evictions: "0x19", $: cache },
  },
  quiet: {
    "entries that run out in a cache with room": {
      hits: "0.9x9 0.6x9",
      lookups: "50x19",
      evictions: "0x9 9x9",
      used: "20x19",
      limit: "100x19",
      $: cache,
    },
    "no cache": {},
  },
  unknown: {
    "evictions not readable": { hits: "0.9x9 0.3x9", lookups: "50x19", evictions: denied, $: cache },
    "nothing readable": { hits: denied, evictions: denied, $: cache },
  },
});
