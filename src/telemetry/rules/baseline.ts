import { wilsonInterval } from "../../analysis/statistics/wilson-interval.ts";
import type { Instant } from "../../core/window.ts";
import type { RuleSettings } from "./rule-settings.ts";

/** Five seconds of one subject. */
export type Bucket = {
  at: Instant;
  count: number;
  errors: number;
  seconds: number;
  /** Of the requests: the middle one, and what the slowest twentieth exceeds. Null: there was none. */
  p50: number | null;
  p95: number | null;
  /** Belongs to an alert: not to be learned from. */
  isUnusual: boolean;
};

/** One statistic of latency, as logarithms: ratios are what matters, and they are nearly symmetric. */
export type LatencyBaseline = {
  median: number;
  /** Tail-aware (METHODS 2.2): the largest of MAD, quartiles and standard deviation, and never below 5 %. */
  scale: number;
  /** The worst level that held for three buckets in a row, twice: what this signal does now and then. */
  worstSustained: number;
};

export type Baseline = {
  buckets: number;
  medianCount: number;
  /** The fewest requests in any three buckets in a row. */
  fewestInThree: number;
  errorRatio: number;
  /** Upper bound of the usual share of failures. */
  errorUpper: number;
  worstSustainedErrors: number;
  mean: LatencyBaseline | null;
  p95: LatencyBaseline | null;
  /** Logarithm of what the middle request of a bucket usually takes. */
  middle: number | null;
};

/** The latest half minute is what is being judged; it is not part of what it is judged by. */
const GUARD_MILLISECONDS = 30_000;
const SMALLEST_SCALE = 0.05;

/** Null while the buckets reach back less than the warm-up, or were empty. */
export function baselineOf(buckets: readonly Bucket[], now: Instant, settings: RuleSettings): Baseline | null {
  const from = now - settings.baselineSeconds * 1000;
  // With little history the guard shrinks, so that a system of a minute's age has a baseline at all.
  const firstAt = buckets[0]?.at ?? now;
  const guard = Math.min(GUARD_MILLISECONDS, Math.max(0, (now - firstAt) / 3));
  const used = buckets.filter((bucket) => bucket.at >= from && bucket.at < now - guard && !bucket.isUnusual);
  const busy = used.filter(({ count }) => count > 0);
  if (now - firstAt < settings.warmUpSeconds * 1000 || busy.length < 6) return null;
  // Coming up is not usual: what fails while a system starts says nothing about what it does later.
  const later = busy.filter((bucket) => bucket.at >= firstAt + settings.startUpSeconds * 1000);
  const settled = later.length >= 6 ? later : busy;
  const calm = calmest(settled);
  const requests = calm.reduce((sum, { count }) => sum + count, 0);
  const errors = calm.reduce((sum, bucket) => sum + bucket.errors, 0);
  const counts = Float64Array.from(used, ({ count }) => count).sort();
  return {
    buckets: busy.length,
    medianCount: counts[Math.floor(counts.length / 2)] as number,
    fewestInThree: fewestInThree(used),
    errorRatio: errors / requests,
    errorUpper: wilsonInterval(errors, requests, 2.58).high,
    worstSustainedErrors: recurringWorst(settled.map((bucket) => bucket.errors / bucket.count)),
    mean: latencyBaseline(settled.map(({ seconds, count }) => Math.log(Math.max(seconds / count, 1e-6)))),
    p95: latencyBaseline(logarithmsOf(settled, "p95")),
    middle: medianOf(logarithmsOf(settled, "p50")),
  };
}

/** Share of the buckets that the usual share of failures is taken from. */
const CALM_SHARE = 0.8;

/** Without the fifth in which most failed: one bad quarter of a minute is not what is usual. */
function calmest(buckets: readonly Bucket[]): Bucket[] {
  // Most buckets have no failure at all: only the others need sorting.
  const failing = buckets.filter(({ errors }) => errors > 0);
  failing.sort((left, right) => left.errors / left.count - right.errors / right.count);
  const sorted = [...buckets.filter(({ errors }) => errors === 0), ...failing];
  return sorted.slice(0, Math.max(6, Math.ceil(CALM_SHARE * sorted.length)));
}

/** A minute without it between two times that something is bad. */
const EPISODE_BUCKETS = 12;

/**
 * The level that held for three buckets in a row at two times apart at least: what this signal does now and then. What
 * happened once, and what is happening now, is not that. Negative infinity where nothing recurs.
 */
function recurringWorst(values: number[]): number {
  const peaks: { index: number; value: number }[] = [];
  for (let index = 2; index < values.length; index++) {
    const value = Math.min(values[index] as number, values[index - 1] as number, values[index - 2] as number);
    if (value <= 0) continue;
    const last = peaks.at(-1);
    if (last && index - last.index < EPISODE_BUCKETS) {
      last.value = Math.max(last.value, value);
      last.index = index;
    } else peaks.push({ index, value });
  }
  return peaks.map(({ value }) => value).sort((left, right) => right - left)[1] ?? Number.NEGATIVE_INFINITY;
}

function latencyBaseline(values: number[]): LatencyBaseline | null {
  if (values.length < 6) return null;
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number;
  const median = at(0.5);
  const deviations = sorted.map((value) => Math.abs(value - median)).sort();
  const mad = deviations[Math.floor(deviations.length / 2)] as number;
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  const variance = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, sorted.length - 1);
  const scale = Math.max(1.4826 * mad, (at(0.75) - at(0.25)) / 1.349, Math.sqrt(variance), SMALLEST_SCALE);
  return { median, scale, worstSustained: median + recurringWorst(values.map((value) => value - median)) };
}

function logarithmsOf(buckets: readonly Bucket[], kind: "p50" | "p95"): number[] {
  const logarithms: number[] = [];
  for (const bucket of buckets) {
    const value = bucket[kind];
    if (value !== null) logarithms.push(Math.log(value));
  }
  return logarithms;
}

function medianOf(values: number[]): number | null {
  return Float64Array.from(values).sort()[Math.floor(values.length / 2)] ?? null;
}

function fewestInThree(buckets: Bucket[]): number {
  let fewest = Number.POSITIVE_INFINITY;
  for (let index = 2; index < buckets.length; index++) {
    const sum =
      (buckets[index] as Bucket).count + (buckets[index - 1] as Bucket).count + (buckets[index - 2] as Bucket).count;
    fewest = Math.min(fewest, sum);
  }
  return Number.isFinite(fewest) ? fewest : 0;
}
