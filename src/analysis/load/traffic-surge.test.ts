import { denied, testCheck } from "../test-check.ts";
import { trafficSurge } from "./traffic-surge.ts";

const $ = { others: { inner: "service" } as const, calls: [["subject", "inner"]] as [string, string][] };

testCheck(trafficSurge, {
  finds: {
    "four times the requests at the door": {
      rate: [{ values: "10x10 40x9" }, { entityId: "inner", values: "5x10 20x9" }],
      $: { ...$, expects: { entityId: "subject", evidence: "load" } },
    },
  },
  against: {
    "traffic as usual": { rate: "10x20", $ },
    "more requests that came in only after the trouble began": {
      rate: "10x14 40x5",
      $: {
        ...$,
        scope: ({ now }) => ({ onset: { earliest: now - 12 * 60_000, latest: now - 11 * 60_000 } }),
      },
    },
  },
  quiet: { "hardly any traffic": { rate: "0.1x20", $ } },
  unknown: { "rates unseen": { rate: denied, $ } },
});
