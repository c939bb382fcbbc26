import {
  changes,
  concept,
  type Draft,
  databaseActivity,
  defineCheck,
  finding,
  quiet,
  unknown,
  workloads,
} from "../../core/check.ts";
import type { Entity, EntityId } from "../../core/entity.ts";
import type { DatabaseActivity } from "../../core/observation.ts";
import { entityOf, type Scope } from "../../core/scope.ts";
import type { Instant, OnsetInterval } from "../../core/window.ts";
import { predicate } from "../predicate.ts";
import { afterBaseline, usualLevel } from "../recent.ts";
import { pointsWithin } from "../statistics/series-values.ts";
import { clock, percent, seconds } from "../words.ts";
import { entityOfClient } from "./client-entity.ts";
import { isJob, statementsOfJobs } from "./job-session.ts";
import { shortQuery, statementCosts } from "./statement-costs.ts";

/**
 * A job beside the service (backup, export, report) that began when the trouble began: by its schedule, its heartbeat, or
 * its session in the database. Refuted when it ran while all was well, or began at another time.
 */
export const noisyNeighbour = defineCheck({
  id: "noisy-neighbour",
  faultClass: "noisy-neighbour",
  appliesTo: "scope",
  needs: {
    workload: workloads,
    running: concept("schedule.running", { statistic: "max" }),
    activity: databaseActivity,
    change: changes,
  },
  thresholds: {
    /** Began within this long before onset or, for scrapes and clocks, shortly after. */
    leadSeconds: 300,
    lagSeconds: 60,
    /** Of all time spent in statements: more is felt by everybody else. */
    timeShare: 0.3,
  },
  examine({ scope, workload, running, activity, change }, thresholds) {
    if (!workload.isReadable && !running.isReadable && !activity.isReadable)
      return unknown(workload.why ?? running.why ?? "neither schedules nor sessions can be seen");
    const onset = onsetOrComplaint(scope);
    const coincides = (at: Instant) =>
      at >= onset.earliest - thresholds.leadSeconds * 1000 && at <= onset.latest + thresholds.lagSeconds * 1000;
    const answers: Draft[] = [];
    const named = new Set<EntityId>();
    for (const state of workload.items) {
      state.schedules.forEach((schedule, index) => {
        if (!schedule.isRunning || schedule.lastStartedAt === null) return;
        const about = { entityId: state.entityId, faultClass: "noisy-neighbour" as const };
        if (!coincides(schedule.lastStartedAt)) {
          const when = schedule.lastStartedAt < onset.earliest ? "long before" : "after";
          answers.push({
            kind: "against",
            why: `${schedule.name} began at ${clock(schedule.lastStartedAt)}, ${when} the trouble`,
            ...about,
          });
          return;
        }
        named.add(state.entityId);
        answers.push(
          finding({
            entity: state.entityId,
            evidence: "concurrent-job",
            effect: overlap(schedule.lastStartedAt, onset, scope.now) * nearness(scope, state.entityId),
            onset: { earliest: schedule.lastStartedAt, latest: schedule.lastStartedAt },
            sentence: `${schedule.name} of ${nameOf(scope, state.entityId)} runs since ${clock(schedule.lastStartedAt)}, when the trouble began`,
            predicate: predicate.field(state.entityId, `schedules.${index}.isRunning`, "=", true),
            changeId: switchedOn(change.items, schedule.name, onset),
          }),
        );
      });
    }
    for (const series of running.items) {
      if (named.has(series.entityId)) continue;
      const points = pointsWithin(series, afterBaseline(scope));
      const began = points.find(({ value }) => value >= 1)?.at;
      if (began === undefined || (points.at(-1)?.value ?? 0) < 1) continue;
      if ((usualLevel(series, scope) ?? 0) >= 1) {
        answers.push({
          kind: "against",
          why: `${nameOf(scope, series.entityId)} ran while all was well`,
          entityId: series.entityId,
          faultClass: "noisy-neighbour",
        });
        continue;
      }
      if (!coincides(began)) continue;
      named.add(series.entityId);
      answers.push(
        finding({
          entity: series.entityId,
          evidence: "concurrent-job",
          effect: overlap(began, onset, scope.now) * nearness(scope, series.entityId),
          onset: { earliest: began - series.stepSeconds * 1000, latest: began + series.stepSeconds * 1000 },
          sentence: `${nameOf(scope, series.entityId)} runs since ${clock(began)}, when the trouble began`,
          predicate: predicate.value(series.entityId, "schedule.running", "max", ">=", 1, afterBaseline(scope)),
        }),
      );
    }
    for (const state of activity.items) {
      const database = entityOf(scope, state.entityId);
      const weighed = new Set<EntityId>();
      state.running.forEach((session, index) => {
        const began = state.at - session.seconds * 1000;
        if (!database || !isJob(session) || !coincides(began)) return;
        const client = entityOfClient(session.client, database, scope);
        // The client's own service when it is known; a session of nobody known stays with the database that it burdens.
        const blamed = client ?? database;
        // A job has many sessions: what its statements take is said once.
        if (!weighed.has(blamed.id)) answers.push(...takesItsTime(state, blamed, database, thresholds.timeShare));
        weighed.add(blamed.id);
        if (named.has(blamed.id)) return;
        named.add(blamed.id);
        answers.push(
          finding({
            entity: blamed,
            evidence: "concurrent-job",
            effect: overlap(began, onset, scope.now),
            onset: { earliest: began - 1000, latest: began + 1000 },
            sentence: `a session of ${session.client || "a client without a name"} works in ${database.name} for ${seconds(session.seconds)}, since the trouble began: “${shortQuery(session.query)}”`,
            predicate: predicate.field(database, `running.${index}.seconds`, ">=", session.seconds * 0.98),
          }),
        );
      });
    }
    return answers.length > 0 ? answers : quiet();
  },
});

/** The job's own statements take so much of the database's time that others have to wait. */
function takesItsTime(state: DatabaseActivity, blamed: Entity, database: Entity, leastShare: number): Draft[] {
  const ofJobs = statementsOfJobs(state);
  const [dearest] = statementCosts(state).filter(({ index }) => ofJobs.has(index));
  if (!dearest || dearest.timeShare < leastShare) return [];
  const { index, statement, timeShare } = dearest;
  return [
    finding({
      entity: blamed,
      evidence: "query-cost",
      effect: 1 / Math.max(1 - timeShare, 0.01),
      sentence: `“${shortQuery(statement.query)}”, which the job runs, takes ${percent(timeShare)} of the time of ${database.name}`,
      predicate: predicate.field(database, `statements.${index}.totalSeconds`, ">=", statement.totalSeconds * 0.98),
    }),
  ];
}

/** When the trouble began: measured, or else from the end of the baseline to the first complaint. */
function onsetOrComplaint(scope: Scope): OnsetInterval {
  if (scope.onset) return scope.onset;
  const complaint = Math.min(scope.now, ...scope.symptoms.map(({ reportedAt }) => reportedAt));
  return { earliest: Math.min(scope.baseline.to, complaint), latest: complaint };
}

/** Share of the time of trouble in which the job ran. */
function overlap(began: Instant, onset: OnsetInterval, now: Instant): number {
  const trouble = Math.max(now - onset.earliest, 1);
  return Math.min(1, Math.max(0, (now - Math.max(began, onset.earliest)) / trouble));
}

/** 1 where the job shares something with what hurts (a database, a disk, a host); half where no edge tells that it does. */
function nearness(scope: Scope, id: EntityId): number {
  const isNear = (each: EntityId) => scope.distance[each] !== undefined;
  if (scope.symptoms.some(({ entityId }) => entityId === id)) return 1;
  const kind = entityOf(scope, id)?.kind;
  if (isNear(id) && (kind === "database" || kind === "storage" || kind === "cache" || kind === "host")) return 1;
  return scope.edges.some(({ from, to }) => from === id && isNear(to)) ? 1 : 0.5;
}

function switchedOn(
  items: readonly { id: string; kind: string; at: Instant; key: string | null }[],
  name: string,
  onset: OnsetInterval,
): string | null {
  const found = items.filter(
    ({ kind, key, at }) => kind === "schedule" && key === name && at <= onset.latest && at >= onset.earliest - 600_000,
  );
  return found.at(-1)?.id ?? null;
}

function nameOf(scope: Scope, id: EntityId): string {
  return entityOf(scope, id)?.name ?? id;
}
