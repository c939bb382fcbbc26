import type { ConceptId } from "../../core/concept.ts";
import type { Instant } from "../../core/window.ts";
import type { LevelPoint, SubjectHistory } from "./subject-history.ts";

/** Used over limit at the instants at which both are known; the limit last told holds on. Empty when either is missing. */
export function usedRatio(history: SubjectHistory, used: ConceptId, limit: ConceptId): LevelPoint[] {
  return ratioOf(history.levels.get(used) ?? [], history.levels.get(limit) ?? []);
}

/** More than any rule looks at to judge the present. */
const LATEST_POINTS = 30;

/** The end of `usedRatio`: of that many points. */
export function latestUsedRatio(
  history: SubjectHistory,
  used: ConceptId,
  limit: ConceptId,
  points = LATEST_POINTS,
): LevelPoint[] {
  return ratioOf((history.levels.get(used) ?? []).slice(-points), history.levels.get(limit) ?? []);
}

function ratioOf(used: readonly LevelPoint[], limits: readonly LevelPoint[]): LevelPoint[] {
  const ratios: LevelPoint[] = [];
  let position = lastUntil(limits, used[0]?.at ?? 0);
  let next = limits[position + 1];
  for (const { at, value } of used) {
    while (next && next.at <= at) next = limits[++position + 1];
    const bound = limits[Math.max(0, position)];
    if (bound && bound.value > 0) ratios.push({ at, value: value / bound.value });
  }
  return ratios;
}

/** Index of the last point at `at` or before it; -1: there is none. Points are in order of time. */
function lastUntil(points: readonly LevelPoint[], at: Instant): number {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((points[middle] as LevelPoint).at <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The last points over `seconds` before the newest, and at least `fewest` of them; none when the newest is stale. */
export function lastPoints(points: readonly LevelPoint[], seconds: number, now: Instant, fewest = 1): LevelPoint[] {
  const last = points.at(-1);
  if (!last || now - last.at > 90_000) return [];
  const first = points.findIndex(({ at }) => at >= last.at - seconds * 1000);
  return points.slice(Math.max(0, Math.min(first, points.length - fewest)));
}

export function medianOf(points: readonly LevelPoint[]): number | null {
  if (points.length === 0) return null;
  const sorted = points.map(({ value }) => value).sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] as number;
}
