import { denied, records, testCheck } from "../test-check.ts";
import { activityOf } from "./activity.testing.ts";
import { connectionLimit } from "./connection-limit.ts";

const $ = { subject: { kind: "database" as const }, others: { billing: "service" } as const };
const open = (used: number, idle: number) =>
  records((scope) => [
    activityOf(scope, {
      connections: {
        used,
        limit: 100,
        byClient: [
          { client: "billing", state: "idle in transaction", count: idle },
          { client: "billing", state: "active", count: 3 },
          { client: "stock", state: "idle", count: used - idle - 3 },
        ],
      },
    }),
  ]);

testCheck(connectionLimit, {
  finds: {
    "97 of 100": { activity: open(97, 0), $: { ...$, expects: { faultClass: "pool-exhausted" } } },
    "a client that holds transactions open": {
      activity: open(60, 40),
      $: { ...$, expects: { faultClass: "connection-leak", entityId: "billing" } },
    },
  },
  quiet: { "80 of 100": { activity: open(80, 0), $ } },
  against: { "a fifth": { activity: open(20, 2), $ } },
  unknown: { "not to be seen": { activity: denied, $ } },
});
