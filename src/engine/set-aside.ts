import { undoneChanges } from "../analysis/changes/undone-changes.ts";
import type { Observation } from "../core/observation.ts";
import type { Scope } from "../core/scope.ts";
import type { Instant, Window } from "../core/window.ts";

/** Less of the usual time than this is not enough to know what is usual: then even a troubled time says more. */
const leastCalmMilliseconds = 60_000;

/** A change taken back this shortly before the first complaint may have set it off all the same. */
const freshMilliseconds = 60_000;

/** The observation as checks should see it: see `withoutKnownTroubles` and `undoneChanges`. */
export function asChecksSeeIt(observation: Observation, scope: Scope): Observation {
  const { body } = observation;
  if (body?.kind !== "changes") return withoutKnownTroubles(observation, scope);
  const complaint = Math.min(scope.now, ...scope.symptoms.map(({ reportedAt }) => reportedAt));
  const undone = undoneChanges(body.changes, complaint - freshMilliseconds);
  if (undone.size === 0) return observation;
  return { ...observation, body: { ...body, changes: body.changes.filter(({ id }) => !undone.has(id)) } };
}

/**
 * The observation as checks should see it: samples from the usual time in which another incident hurt are left out of
 * series, and their lines are not counted. What was stored stays as it was received.
 */
export function withoutKnownTroubles(observation: Observation, scope: Scope): Observation {
  const troubles = (scope.troubles ?? []).flatMap((trouble) => overlap(trouble, scope.baseline) ?? []);
  if (troubles.length === 0 || !observation.body) return observation;
  const calm = scope.baseline.to - scope.baseline.from - troubles.reduce((sum, { from, to }) => sum + to - from, 0);
  if (calm < leastCalmMilliseconds) return observation;
  const isTroubled = (startAt: Instant, stepSeconds: number, index: number) => {
    const middle = startAt + (index + 0.5) * stepSeconds * 1000;
    return troubles.some(({ from, to }) => middle >= from && middle < to);
  };
  const calmOnly = <Value, Nothing>(
    cells: readonly Value[],
    { startAt, stepSeconds }: { startAt: Instant; stepSeconds: number },
    nothing: Nothing,
  ) => cells.map((cell, index) => (isTroubled(startAt, stepSeconds, index) ? nothing : cell));
  const { body } = observation;
  switch (body.kind) {
    case "series": {
      const series = body.series.map((each) => ({ ...each, values: calmOnly(each.values, each, null) }));
      return { ...observation, body: { ...body, series } };
    }
    case "log-templates": {
      const templates = body.templates.map((each) => ({ ...each, counts: calmOnly(each.counts, each, 0) }));
      return { ...observation, body: { ...body, templates } };
    }
    default:
      return observation;
  }
}

function overlap(one: Window, other: Window): Window | null {
  const from = Math.max(one.from, other.from);
  const to = Math.min(one.to, other.to);
  return from < to ? { from, to } : null;
}
