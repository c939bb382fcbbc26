import { denied, records, testCheck } from "../test-check.ts";
import { activityOf } from "./activity.testing.ts";
import { lockContention } from "./lock-contention.ts";

const holder = {
  session: "1",
  client: "billing",
  state: "idle in transaction",
  transactionAgeSeconds: 90,
  query: "UPDATE stock",
  relation: "stock",
  waiting: 7,
  longestWaitSeconds: 30,
};
const $ = { subject: { kind: "database" as const }, others: { billing: "service" } as const };

testCheck(lockContention, {
  finds: {
    "seven sessions behind one": {
      activity: records((scope) => [activityOf(scope, { blockers: [holder] })]),
      $: { ...$, expects: { effect: 7, evidence: "lock-wait" } },
    },
    "those who stand in line, and not who only works": {
      activity: records((scope) => [
        activityOf(scope, {
          blockers: [holder],
          running: [
            { session: "2", client: "checkout", seconds: 4, waitEvent: "Lock:transactionid", query: "UPDATE stock" },
            { session: "3", client: "search", seconds: 4, waitEvent: "IO:DataFileRead", query: "SELECT 1" },
          ],
        }),
      ]),
      $: {
        subject: { kind: "database" as const },
        others: { billing: "service", checkout: "service", search: "service" } as const,
        expects: { explains: ["checkout"] },
      },
    },
  },
  quiet: {
    "a wait of a few milliseconds": {
      activity: records((scope) => [
        activityOf(scope, { blockers: [{ ...holder, longestWaitSeconds: 0.05, transactionAgeSeconds: 0.1 }] }),
      ]),
      $,
    },
  },
  against: { "nobody waits": { activity: records((scope) => [activityOf(scope, {})]), $ } },
  unknown: { "not to be seen": { activity: denied, $ } },
});
