import { denied, records, testCheck } from "../test-check.ts";
import { activityOf, statementOf } from "./activity.testing.ts";
import { databaseOverloaded } from "./database-overloaded.ts";

const $ = { subject: { kind: "database" as const } };
const all = (seconds: number) =>
  records((scope) => [
    activityOf(scope, {
      statements: ["a", "b", "c", "d"].map((name) => statementOf(name, [100, 0.01, 9], [300, seconds, 9])),
    }),
  ]);

testCheck(databaseOverloaded, {
  finds: { "all slower at the end of its processor": { activity: all(0.05), usage: "0.4x9 1.95x9", limit: "2x19", $ } },
  quiet: {
    "all slower with processor to spare": { activity: all(0.05), usage: "0.4x19", limit: "2x19", $ },
    "busy and quick": {
      activity: records((scope) => [activityOf(scope, { statements: [] })]),
      usage: "0.4x19",
      limit: "2x19",
      $,
    },
  },
  against: { "no statement slower": { activity: all(0.0101), usage: "1.9x19", limit: "2x19", $ } },
  unknown: {
    "not to be seen": { activity: denied, $ },
    "its machine not to be seen": { activity: all(0.05), usage: denied, $ },
  },
});
