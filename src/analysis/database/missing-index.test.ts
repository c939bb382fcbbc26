import { denied, records, testCheck } from "../test-check.ts";
import { activityOf, statementOf, tableOf } from "./activity.testing.ts";
import { missingIndex } from "./missing-index.ts";

const $ = { subject: { kind: "database" as const } };
const byCustomer = "SELECT id, total FROM orders WHERE customer_id = $1";

testCheck(missingIndex, {
  finds: {
    "a statement that reads its table from end to end since an index is gone": {
      activity: records((scope) => [
        activityOf(scope, {
          statements: [
            statementOf("SELECT 1", [900, 0.001, 1], [900, 0.001, 1]),
            statementOf(byCustomer, [500, 0.001, 4], [400, 0.09, 2100]),
          ],
          tables: [tableOf("public.orders", 200_000, 0, 12)],
        }),
      ]),
      change: records((scope) => [
        {
          id: "c1",
          kind: "migration",
          entityIds: ["subject"],
          at: scope.baseline.to,
          key: null,
          before: null,
          after: null,
          diff: "+DROP INDEX orders_customer;",
          summary: "",
        },
      ]),
      $: { ...$, expects: { changeId: "c1", effect: 525 } },
    },
    "a new statement, with its table's scans risen": {
      activity: records((scope) => [
        activityOf(scope, {
          statements: [statementOf(byCustomer, null, [400, 0.09, 2100], 3)],
          tables: [tableOf("orders", 200_000, 0, 4)],
        }),
      ]),
      $,
    },
  },
  quiet: {
    "a dear statement of which nothing is known before: it may always have been so": {
      activity: records((scope) => [
        activityOf(scope, {
          statements: [statementOf(byCustomer, null, [400, 0.09, 2100], 3)],
          tables: [{ ...tableOf("orders", 200_000, 0, 4), before: null }],
        }),
      ]),
      $,
    },
    "a small table that is read whole": {
      activity: records((scope) => [
        activityOf(scope, {
          statements: [statementOf("SELECT * FROM countries", [9, 0.001, 2], [90, 0.002, 20])],
          tables: [tableOf("countries", 200, 1, 9)],
        }),
      ]),
      $,
    },
  },
  against: {
    "a nightly report that reads much": {
      activity: records((scope) => [
        activityOf(scope, {
          statements: [
            statementOf("SELECT 1", [900, 0.001, 1], [90_000, 0.001, 1]),
            statementOf("SELECT sum(total) FROM orders", null, [1, 0.5, 2100]),
          ],
          tables: [tableOf("orders", 200_000, 0, 0.001)],
        }),
      ]),
      $,
    },
    "statements that read what they always read": {
      activity: records((scope) => [
        activityOf(scope, {
          statements: [statementOf(byCustomer, [500, 0.001, 4], [900, 0.3, 4])],
          tables: [tableOf("orders", 200_000, 0, 0)],
        }),
      ]),
      $,
    },
  },
  unknown: {
    "a database that may not be looked into": { activity: denied, $ },
    "no statistics of statements": { activity: records((scope) => [activityOf(scope, {})]), $ },
  },
});
