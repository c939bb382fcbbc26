import { denied, records, testCheck } from "../test-check.ts";
import { activityOf, statementOf } from "./activity.testing.ts";
import { slowQuery } from "./slow-query.ts";

const $ = { subject: { kind: "database" as const } };
const quick = (name: string) => statementOf(`SELECT * FROM ${name}`, [500, 0.001, 4], [500, 0.0011, 4]);
const holder = {
  session: "1",
  client: "a",
  state: "active",
  transactionAgeSeconds: 9,
  query: "",
  relation: null,
  waiting: 4,
  longestWaitSeconds: 8,
};

testCheck(slowQuery, {
  finds: {
    "one statement ten times as slow": {
      activity: records((scope) => [
        activityOf(scope, {
          statements: [quick("a"), quick("b"), statementOf("SELECT c", [100, 0.01, 40], [100, 0.1, 60])],
        }),
      ]),
      $,
    },
    "a new statement that takes most of the time": {
      activity: records((scope) => [
        activityOf(scope, {
          statements: [quick("a"), quick("b"), statementOf("SELECT everything", null, [100, 0.5, 900])],
        }),
      ]),
      $,
    },
  },
  quiet: {
    "what a job runs": {
      activity: records((scope) => [
        activityOf(scope, {
          running: [{ session: "1", client: "pg_dump", seconds: 60, waitEvent: null, query: "FETCH 20000 FROM dump" }],
          statements: [
            statementOf("FETCH 20000 FROM dump", null, [9, 5, 100]),
            statementOf("select from orders", [900, 0.001, 4], [900, 0.002, 4]),
          ],
        }),
      ]),
      $,
    },
    "what only jobs run, at a moment when its session stands still": {
      activity: records((scope) => [
        activityOf(scope, {
          statements: [
            statementOf("FETCH 20000 FROM dump", null, [9, 5, 100]),
            statementOf("select from orders", [900, 0.001, 4], [900, 0.002, 4]),
          ],
        }),
      ]),
      $,
    },
    "a new report that is run once": {
      activity: records((scope) => [
        activityOf(scope, {
          statements: [
            statementOf("SELECT * FROM a", [500, 0.001, 4], [5000, 0.0016, 4]),
            statementOf("SELECT report", null, [1, 2, 900]),
          ],
        }),
      ]),
      $,
    },
  },
  against: {
    "statements that wait for locks": {
      activity: records((scope) => [
        activityOf(scope, {
          blockers: [holder],
          statements: [quick("a"), statementOf("UPDATE c", [100, 0.01, 4], [100, 3, 4])],
        }),
      ]),
      $,
    },
    "everything slower alike": {
      activity: records((scope) => [
        activityOf(scope, {
          statements: ["a", "b", "c"].map((name) =>
            statementOf(name, [100, 0.01, 4], [100, name === "a" ? 0.12 : 0.1, 4]),
          ),
        }),
      ]),
      $,
    },
    "all as quick as before": {
      activity: records((scope) => [activityOf(scope, { statements: [quick("a"), quick("b")] })]),
      $,
    },
  },
  unknown: { "not to be seen": { activity: denied, $ } },
});
