import type { Point } from "./series-values.ts";
import { median, quantileOfSorted } from "./summary.ts";

type Slope = {
  /** Median of all pairwise slopes: unit of the signal a second. */
  perSecond: number;
  /** Value of the line at the first and the last point. */
  start: number;
  end: number;
  /** Middle 95 % of pairwise slopes around the median, narrowed by the number of points; a rough interval. */
  low: number;
  high: number;
};

/** Pairwise slopes grow with the square; beyond this many, neighbours are merged into their medians first. */
const mostPoints = 120;

/** Theil–Sen: a line that a third of wild points cannot bend. Null for fewer than two points at different times. */
export function theilSen(points: readonly Point[]): Slope | null {
  const kept = thin(points, mostPoints);
  const slopes: number[] = [];
  for (let i = 0; i < kept.length; i++) {
    for (let j = i + 1; j < kept.length; j++) {
      const first = kept[i] as Point;
      const second = kept[j] as Point;
      if (second.at !== first.at) slopes.push((second.value - first.value) / ((second.at - first.at) / 1000));
    }
  }
  if (slopes.length === 0) return null;
  slopes.sort((left, right) => left - right);
  const perSecond = quantileOfSorted(slopes, 0.5) as number;
  const origin = (kept[0] as Point).at;
  const intercept = median(kept.map((point) => point.value - (perSecond * (point.at - origin)) / 1000)) as number;
  // Sen's interval: ranks N/2 ± 1.96·√(n(n−1)(2n+5)/18)/2.
  const n = kept.length;
  const halfShare = (1.96 * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18)) / 2 / slopes.length;
  const last = (kept.at(-1) as Point).at;
  return {
    perSecond,
    start: intercept,
    end: intercept + (perSecond * (last - origin)) / 1000,
    low: quantileOfSorted(slopes, 0.5 - halfShare) as number,
    high: quantileOfSorted(slopes, 0.5 + halfShare) as number,
  };
}

type TrendTest = { z: number; s: number; samples: number; autocorrelation: number };

/**
 * Mann–Kendall with ties, its variance widened for autocorrelation of the detrended residuals (METHODS 3): neighbouring
 * samples that repeat each other are no independent witnesses. z > 0: rising. Null for fewer than four points.
 */
export function mannKendall(points: readonly Point[]): TrendTest | null {
  const kept = thin(points, mostPoints);
  const n = kept.length;
  const slope = theilSen(kept);
  if (n < 4 || slope === null) return null;
  let s = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) s += Math.sign((kept[j] as Point).value - (kept[i] as Point).value);
  }
  const ties = new Map<number, number>();
  for (const { value } of kept) ties.set(value, (ties.get(value) ?? 0) + 1);
  let tied = 0;
  for (const count of ties.values()) tied += count * (count - 1) * (2 * count + 5);
  const origin = (kept[0] as Point).at;
  const residuals = kept.map((point) => point.value - slope.start - (slope.perSecond * (point.at - origin)) / 1000);
  const rho = autocorrelation(residuals);
  const corrected = Math.min(0.95, Math.max(0, rho + (1 + 4 * rho) / n));
  const variance = ((n * (n - 1) * (2 * n + 5) - tied) / 18) * ((1 + corrected) / (1 - corrected));
  const z = s === 0 || variance <= 0 ? 0 : (s - Math.sign(s)) / Math.sqrt(variance);
  return { z, s, samples: n, autocorrelation: rho };
}

/** Lag-1 autocorrelation, −1 to 1; 0 for a constant or for fewer than three values. */
export function autocorrelation(values: readonly number[]): number {
  if (values.length < 3) return 0;
  const centre = values.reduce((sum, value) => sum + value, 0) / values.length;
  let products = 0;
  let squares = 0;
  for (let index = 0; index < values.length; index++) {
    const deviation = (values[index] as number) - centre;
    squares += deviation * deviation;
    if (index > 0) products += deviation * ((values[index - 1] as number) - centre);
  }
  return squares === 0 ? 0 : products / squares;
}

/** At most `count` points: medians of equal runs of neighbours, at the middle of their times. In order of time. */
function thin(points: readonly Point[], count: number): Point[] {
  const ordered = [...points].sort((left, right) => left.at - right.at);
  if (ordered.length <= count) return ordered;
  const size = Math.ceil(ordered.length / count);
  const merged: Point[] = [];
  for (let start = 0; start < ordered.length; start += size) {
    const run = ordered.slice(start, start + size);
    const value = median(run.map((point) => point.value)) as number;
    merged.push({ at: ((run[0] as Point).at + (run.at(-1) as Point).at) / 2, value });
  }
  return merged;
}
