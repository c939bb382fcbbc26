import type { Series } from "../../core/series.ts";
import type { Window } from "../../core/window.ts";
import { type Point, pointsWithin } from "../statistics/series-values.ts";
import { median } from "../statistics/summary.ts";
import { theilSen } from "../statistics/trend.ts";

export type Growth = {
  from: number;
  to: number;
  /** Floors of the first and last part, in the unit of the signal: what stays when garbage is collected. */
  first: number;
  last: number;
  perSecond: number;
};

/** A fall by that share is a restart or a full collection: growth is counted from there on. */
const resetShare = 0.3;
const parts = 6;
/** Growth that slows down to less than this share of what it was is a warm-up that ends. */
const leastKept = 0.4;
/** Less than this over the whole stretch is how any process breathes. */
const leastGain = 0.1;

/**
 * Growth that does not come back: the floors of six successive parts rise, the later half rises at least nearly as fast
 * as the earlier one, since the last reset. Null for saw teeth with a level floor, warm-ups, bursts, few samples.
 */
export function steadyGrowth(series: Series, window: Window): Growth | null {
  const stretches = betweenResets(pointsWithin(series, window)).filter((stretch) => stretch.length >= parts);
  // The last stretch counts; right after a restart the one before is what there is to see.
  for (const stretch of stretches.slice(-2).reverse()) {
    const growth = growthOf(stretch);
    if (growth) return growth;
  }
  return null;
}

function growthOf(points: Point[]): Growth | null {
  // Growth may begin anywhere in the window: the level part before it is not counted against it, nor into its slope.
  let latest: Growth | null = null;
  for (const share of [0, 1 / 4, 1 / 2, 5 / 8, 3 / 4, 7 / 8, 15 / 16]) {
    const rest = points.slice(Math.floor(points.length * share));
    const found = rest.length < parts ? null : growthOfAll(rest);
    if (!found) continue;
    if (found.isEven) return found.growth;
    latest = found.growth;
  }
  return latest;
}

/** `isEven`: the earlier half carries its part; else growth began within this stretch. */
function growthOfAll(points: Point[]): { growth: Growth; isEven: boolean } | null {
  const floors = floorsOf(points);
  const first = floors[0] as Point;
  const last = floors.at(-1) as Point;
  const gain = last.value - first.value;
  if (gain <= 0 || gain < leastGain * Math.abs(first.value)) return null;
  const rises = floors.slice(1).filter((floor, index) => floor.value > (floors[index] as Point).value).length;
  if (rises < parts - 2) return null;
  const middle = floors[parts / 2] as Point;
  const early = middle.value - first.value;
  const late = last.value - middle.value;
  // Three steps before the middle, two behind it.
  if (late < leastKept * early * (2 / 3)) return null;
  const slope = theilSen(floors);
  if (!slope || slope.perSecond <= 0) return null;
  return {
    growth: { from: first.at, to: last.at, first: first.value, last: last.value, perSecond: slope.perSecond },
    isEven: early >= leastKept * late,
  };
}

/** The least value of each part, at the middle of its time. */
function floorsOf(points: Point[]): Point[] {
  return Array.from({ length: parts }, (_, part) => {
    const own = points.slice(
      Math.floor((part * points.length) / parts),
      Math.floor(((part + 1) * points.length) / parts),
    );
    const value = Math.min(...own.map((point) => point.value));
    return { at: ((own[0] as Point).at + (own.at(-1) as Point).at) / 2, value };
  });
}

/** A fall counts as a reset when the next sample stays low: single low samples are noise. */
function betweenResets(points: Point[]): Point[][] {
  const stretches: Point[][] = [[]];
  for (let index = 0; index < points.length; index++) {
    const point = points[index] as Point;
    const recent = (stretches.at(-1) as Point[]).slice(-3).map(({ value }) => value);
    const before = median(recent);
    const next = points[index + 1] ?? point;
    const fell = before !== null && Math.max(point.value, next.value) < (1 - resetShare) * before;
    if (fell) stretches.push([]);
    (stretches.at(-1) as Point[]).push(point);
  }
  return stretches;
}

/** A staircase that reached the limit: the rise before the plateau counts, and it took many steps and not one. */
export function ratchetOf(used: Series, window: Window): { perSecond: number } | null {
  const points = pointsWithin(used, window);
  const top = Math.max(...points.map(({ value }) => value));
  const plateau = points.findIndex(({ value }) => value >= 0.95 * top);
  const rise = points.slice(0, plateau + 1);
  if (rise.length < 5) return null;
  const [first] = rise;
  const last = rise.at(-1);
  if (!first || !last || last.value - first.value < 3) return null;
  const steps = rise.slice(1).map((point, index) => point.value - (rise[index]?.value ?? point.value));
  const ups = steps.filter((step) => step > 0);
  const isStaircase = ups.length >= 3 && Math.max(...ups) < 0.5 * (last.value - first.value);
  const falls = steps.filter((step) => step < 0).reduce((total, step) => total - step, 0);
  if (!isStaircase || falls > 0.2 * (last.value - first.value)) return null;
  // And once up it stays: what comes back was only in use.
  if (points.slice(plateau).some(({ value }) => value < 0.8 * top)) return null;
  return { perSecond: (last.value - first.value) / ((last.at - first.at) / 1000) };
}
