import type { Scope } from "../../core/scope.ts";
import { denied, records, testCheck } from "../test-check.ts";
import { activityOf, statementOf } from "./activity.testing.ts";
import { noisyNeighbour } from "./noisy-neighbour.ts";

const schedule = (startedAt: (scope: Scope) => number, isRunning = true) =>
  records((scope) => [
    {
      entityId: "subject",
      instances: [],
      schedules: [
        {
          name: "nightly-backup",
          every: "1d",
          isPaused: false,
          isRunning,
          lastStartedAt: startedAt(scope),
          revision: "1",
        },
      ],
    },
  ]);
const running = "0x19";
const session = (seconds: number, client: string, query: string) =>
  records((scope) => [
    activityOf(scope, { entityId: "db", running: [{ session: "1", client, seconds, waitEvent: null, query }] }),
  ]);
const $ = { others: { db: "database", exporter: "worker" } as const };

testCheck(noisyNeighbour, {
  finds: {
    "a backup that began with the trouble": {
      running,
      workload: schedule((scope) => scope.now - 60_000),
      $: { ...$, expects: { entityId: "subject", evidence: "concurrent-job" } },
    },
    "a heartbeat of a job": { running: "0x17 1x1", $ },
    "a session of a known client": {
      running,
      activity: session(60, "exporter", "COPY orders TO STDOUT"),
      $: { ...$, expects: { entityId: "exporter" } },
    },
    "a job whose statement takes most of the time": {
      running,
      activity: records((scope) => [
        activityOf(scope, {
          entityId: "db",
          running: [{ session: "1", client: "pg_dump", seconds: 60, waitEvent: null, query: "FETCH 20000 FROM dump" }],
          statements: [
            statementOf("FETCH $1 FROM dump", null, [9, 5, 100]),
            statementOf("select from orders", [900, 0.001, 4], [900, 0.001, 4]),
          ],
        }),
      ]),
      $: { ...$, expects: { entityId: "db", evidence: "query-cost" } },
    },
    "a session of nobody known": {
      running,
      activity: session(60, "pg_dump", "COPY orders TO STDOUT"),
      $: { ...$, expects: { entityId: "db" } },
    },
  },
  quiet: {
    "a job that does not run": { running, workload: schedule((scope) => scope.now - 60_000, false), $ },
    "a slow request": { running, activity: session(60, "web", "SELECT * FROM orders"), $ },
    nothing: { running, $ },
  },
  against: {
    "a backup that has run for long": { running, workload: schedule((scope) => scope.window.from - 3_600_000), $ },
    "a job that ran while all was well": { running: "1x19", $ },
  },
  unknown: { "nothing readable": { workload: denied, running: denied, activity: denied, $ } },
});
