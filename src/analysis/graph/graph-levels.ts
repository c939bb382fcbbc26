import type { Reading } from "../../core/check.ts";
import type { EntityId } from "../../core/entity.ts";
import type { Scope } from "../../core/scope.ts";
import type { Series } from "../../core/series.ts";
import { windowNow } from "../recent.ts";
import { combinePresent, type Point, pointsWithin, valuesWithin } from "../statistics/series-values.ts";
import { type Shift, shiftOfValues } from "../statistics/shift.ts";
import { mean, quantile } from "../statistics/summary.ts";

/** Means of one signal over the usual and over now, in its unit. */
export type Level = { before: number; now: number; shift: Shift; series: Series };

/** A signal of every entity. A level that cannot be measured on either side is absent. */
export function levelsOf(
  reading: Reading<Series>,
  scope: Scope,
  minimumScale: number,
  absent: number | null = null,
): Map<EntityId, Level> {
  const byEntity = new Map<EntityId, Series[]>();
  for (const series of reading.items) byEntity.set(series.entityId, [...(byEntity.get(series.entityId) ?? []), series]);
  const levels = new Map<EntityId, Level>();
  for (const [id, items] of byEntity) {
    const level = levelOf(
      items.length === 1 ? items[0] : combinePresent(items, (values) => mean(values) ?? 0),
      scope,
      minimumScale,
      absent,
    );
    if (level) levels.set(id, level);
  }
  return levels;
}

/** A signal of every pair of caller and callee, keyed by `edgeKey`. Series without a known peer are left out. */
export function edgeLevelsOf(
  reading: Reading<Series>,
  scope: Scope,
  minimumScale: number,
  absent: number | null = null,
): Map<string, Level> {
  const levels = new Map<string, Level>();
  for (const series of reading.items) {
    const peer = series.dimensions.peer;
    const level = peer ? levelOf(series, scope, minimumScale, absent) : null;
    if (peer && level) levels.set(edgeKey(series.entityId, peer), level);
  }
  return levels;
}

export const edgeKey = (caller: EntityId, callee: EntityId): string => `${caller}\n${callee}`;

export function endsOf(key: string): { caller: EntityId; callee: EntityId } {
  const [caller = "", callee = ""] = key.split("\n");
  return { caller, callee };
}

/**
 * Now against usual. A signal that began only now (the first failure of a call) has no samples before: where `absent`
 * is given, it counts as that before; a rate that nobody counted was zero.
 */
function levelOf(
  series: Series | null | undefined,
  scope: Scope,
  minimumScale: number,
  absent: number | null = null,
): Level | null {
  if (!series) return null;
  const earlier = valuesWithin(series, scope.baseline);
  const usual = earlier.length === 0 && absent !== null ? [absent, absent, absent] : earlier;
  const recent = valuesWithin(series, windowNow(scope, series.stepSeconds));
  const shift = shiftOfValues(usual, recent, minimumScale);
  return shift ? { before: shift.usual.mean, now: shift.now, shift, series } : null;
}

/**
 * Had samples in the usual time and has none for far longer than they usually are apart: whoever sent them stopped. An
 * exporter that sends once a minute is not silent for being quiet for 50 s.
 */
export function fellSilent(series: Series | undefined, scope: Scope): boolean {
  if (!series) return false;
  const earlier = pointsWithin(series, scope.baseline);
  if (earlier.length < 3) return false;
  const apart = earlier.slice(1).map((point, index) => point.at - (earlier[index] as Point).at);
  const usual = quantile(apart, 0.9) ?? 0;
  const patience = Math.max(3 * series.stepSeconds * 1000, 30_000, 2.5 * usual);
  return pointsWithin(series, { from: scope.now - patience, to: scope.now }).length === 0;
}
