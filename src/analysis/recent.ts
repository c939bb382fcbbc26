import type { Entity } from "../core/entity.ts";
import type { Scope } from "../core/scope.ts";
import type { Series } from "../core/series.ts";
import type { Instant, Window } from "../core/window.ts";
import type { Change } from "../core/workload.ts";
import { combinePresent, pointsWithin, ratioSeries, valuesWithin } from "./statistics/series-values.ts";
import { type Shift, shiftOfValues } from "./statistics/shift.ts";
import { median } from "./statistics/summary.ts";

/** A rule may fire up to this long after what it complains about began. */
const reportLagSeconds = 60;
/** Fewer cells are a blip. */
const fewestCells = 3;

/** The part of the window that is "now": from onset, or from shortly before the complaint, and never the baseline. */
export function windowNow(scope: Scope, stepSeconds: number): Window {
  const reported = Math.min(scope.now, ...scope.symptoms.map(({ reportedAt }) => reportedAt));
  const began = scope.onset?.latest ?? reported - reportLagSeconds * 1000;
  const latest = scope.now - fewestCells * stepSeconds * 1000;
  return { from: Math.max(scope.baseline.to, Math.min(began, latest)), to: scope.window.to };
}

/**
 * How far a signal is from usual now. `minimumScale`: the smallest difference that means anything, in its unit. `absent`:
 * what a signal without any usual sample was then; events that nobody counted before the first were zero.
 */
export function shiftNow(
  series: Series | null | undefined,
  scope: Scope,
  minimumScale = 0,
  absent: number | null = null,
): Shift | null {
  if (!series) return null;
  const earlier = valuesWithin(series, scope.baseline);
  const usual = earlier.length === 0 && absent !== null ? [absent, absent, absent] : earlier;
  return shiftOfValues(usual, valuesWithin(series, windowNow(scope, series.stepSeconds)), minimumScale);
}

/** Median of the last three samples: one wild sample is no level. Null when nothing was measured lately. */
export function levelNow(series: Series | null | undefined, scope: Scope): number | null {
  if (!series) return null;
  return median(
    pointsWithin(series, afterBaseline(scope))
      .slice(-fewestCells)
      .map(({ value }) => value),
  );
}

/** Median over the baseline; null without a sample there. */
export function usualLevel(series: Series | null | undefined, scope: Scope): number | null {
  return series ? median(valuesWithin(series, scope.baseline)) : null;
}

export function afterBaseline(scope: Scope): Window {
  return { from: scope.baseline.to, to: scope.window.to };
}

export const sum = (items: readonly Series[]): Series | null =>
  combinePresent(items, (values) => values.reduce((total, value) => total + value, 0));

export const average = (items: readonly Series[]): Series | null =>
  combinePresent(items, (values) => values.reduce((total, value) => total + value, 0) / values.length);

/** Now over usual; null where either is unknown or nothing was usual. */
export function loadRatio(rate: readonly Series[], scope: Scope): number | null {
  return shiftNow(sum(rate), scope)?.ratio ?? null;
}

export type Bounded = {
  instance: string | null;
  used: Series;
  /** used over limit, cell by cell. */
  ratio: Series;
  /** The limit now, in the unit of the signal. */
  limit: number;
};

/**
 * Each used series with its own limit: that of its instance; the only limit there is; or what the platform says.
 * Empty when nothing is used or nothing bounds it.
 */
export function bounded(used: readonly Series[], limits: readonly Series[], declared: number | null = null): Bounded[] {
  return used.flatMap((series) => {
    const instance = series.dimensions.instance ?? null;
    const own = limits.find((limit) => limit.dimensions.instance === series.dimensions.instance);
    const limit = own ?? (limits.length === 1 ? limits[0] : undefined) ?? constantLike(series, declared);
    if (!limit) return [];
    const last = limit.values.filter((value) => value !== null).at(-1);
    return last ? [{ instance, used: series, ratio: ratioSeries(series, limit), limit: last }] : [];
  });
}

function constantLike(series: Series, value: number | null): Series | undefined {
  return value === null || value <= 0 ? undefined : { ...series, values: series.values.map(() => value) };
}

/** The last change of one of these kinds, or with such a key, that touched the entity between `from` and `until`. */
export function latestChange(
  changes: readonly Change[],
  about: { entity: Entity; from: Instant; until: Instant; matches: (change: Change) => boolean },
): Change | null {
  const { entity, from, until, matches } = about;
  const found = changes.filter(
    (change) => change.at >= from && change.at <= until && change.entityIds.includes(entity.id) && matches(change),
  );
  return found.sort((left, right) => left.at - right.at).at(-1) ?? null;
}
