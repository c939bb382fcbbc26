import type { Instant } from "../../core/window.ts";
import type { Bucket, LatencyBaseline } from "./baseline.ts";
import type { RuleOpinion } from "./rule-input.ts";
import type { RuleSettings } from "./rule-settings.ts";
import { isStartingUp, latestBuckets, loadRatio, type SubjectHistory, usual } from "./subject-history.ts";
import { secondsText } from "./words.ts";

/** Fewer requests than this in a bucket say too little about latency. */
const FEWEST_REQUESTS = 3;
/** A level that is held for this many buckets needs only this ratio: slow and steady is also bad. */
const STEADY = { buckets: 12, ratio: 1.4 };

/**
 * Requests take longer than usual: mean or 95th percentile of several buckets in a row above the usual median by a ratio,
 * by several tail-aware deviations, and above the worst level that this service held in the last half hour.
 */
export function latency(history: SubjectHistory, now: Instant, settings: RuleSettings): RuleOpinion | null {
  const baseline = usual(history, now, settings);
  if (!baseline) return null;
  const { subject } = history;
  const recent = latestBuckets(history, STEADY.buckets * 2, now).filter((bucket) => bucket.count >= FEWEST_REQUESTS);
  const isStarting = isStartingUp(history, now, settings);
  const isPart = subject.partOf !== undefined;
  const load = loadRatio(recent, baseline.medianCount);
  const middle = recent.at(-1)?.p50 ?? null;
  const isMiddleSlow =
    middle !== null &&
    baseline.middle !== null &&
    Math.log(middle) - baseline.middle >= Math.log(settings.latency.ratio);
  let best: {
    excess: Excess;
    kind: "mean" | "p95";
    value: number;
    usualValue: number;
    isBad: boolean;
    isGood: boolean;
  } | null = null;
  for (const kind of ["mean", "p95"] as const) {
    const own = baseline[kind];
    if (!own || recent.length === 0) continue;
    const values = recent.map((bucket) => ({ bucket, value: logLatency(bucket, kind) }));
    const excesses = values.map(({ bucket, value }) =>
      excessOf(value, own, bucket.count, baseline.medianCount, settings),
    );
    const needed = neededBuckets(excesses, { isStarting, isPart, load, isMiddleSlow }, settings);
    const last = excesses.at(-1) as Excess;
    const isBad = needed !== null;
    const candidate = {
      excess: last,
      kind,
      value: Math.exp((values.at(-1) as { value: number }).value),
      usualValue: Math.exp(own.median),
      isBad,
      isGood: excesses.slice(-2).every(({ ratio, z }) => ratio < 1.3 || z < 3),
    };
    if (
      !best ||
      (candidate.isBad && !best.isBad) ||
      (candidate.isBad === best.isBad && candidate.excess.ratio > best.excess.ratio)
    )
      best = candidate;
  }
  if (!best) return null;
  const firstBad = firstOfRun(recent, best.kind, baseline[best.kind] as LatencyBaseline, settings);
  const what = best.kind === "mean" ? "requests take" : "the slowest twentieth of requests takes";
  const limit = best.usualValue * settings.latency.ratio;
  return {
    rule: "latency",
    subject,
    detail: "",
    isBad: best.isBad,
    isGood: best.isGood,
    concept: "request.latency",
    since: firstBad ?? now,
    severity: best.excess.ratio >= 5 ? "high" : "medium",
    title: `${subject.name}: ${what} ${secondsText(best.value)}`,
    description: `Usually ${secondsText(best.usualValue)}; ${secondsText(limit)} is the limit.`,
    observed: { value: best.value, unit: "s" },
    threshold: { value: limit, unit: "s" },
  };
}

type Excess = { ratio: number; z: number; isAboveWorst: boolean };

function logLatency(bucket: Bucket, kind: "mean" | "p95"): number {
  return Math.log(Math.max(kind === "mean" ? bucket.seconds / bucket.count : (bucket.p95 ?? 1e-6), 1e-6));
}

/** Fewer requests than usual make a noisier mean: the scale grows with the square root. */
function excessOf(
  value: number,
  own: LatencyBaseline,
  count: number,
  medianCount: number,
  settings: RuleSettings,
): Excess {
  const noise = Math.sqrt(Math.max(1, medianCount / Math.max(1, count)));
  const increase = Math.exp(value) - Math.exp(own.median);
  const isLarge = increase >= settings.latency.minimumIncreaseSeconds;
  return {
    ratio: isLarge ? Math.exp(value - own.median) : 1,
    z: (value - own.median) / (own.scale * noise),
    isAboveWorst: value > own.worstSustained + 0.14, // 15 % above the worst that is usual
  };
}

/** How many buckets in a row convinced; null: none did. */
function neededBuckets(
  excesses: Excess[],
  circumstances: { isStarting: boolean; isPart: boolean; load: number; isMiddleSlow: boolean },
  settings: RuleSettings,
): number | null {
  const { ratio, z, buckets, strongRatio, strongZ, strongBuckets, sumZ } = settings.latency;
  // There are many operations, and each has fewer requests to judge by.
  const patience = (circumstances.isStarting ? 3 : 0) + (circumstances.isPart ? 1 : 0);
  // A burst of traffic makes everything a little slower; that alone is no alert for half a minute.
  const burst = circumstances.load > 1.4 ? 3 : 0;
  const holds = (count: number, test: (excess: Excess) => boolean) =>
    excesses.length >= count && excesses.slice(-count).every(test);
  // A collection of garbage or a checkpoint holds a few requests and passes, and sometimes there are two within ten seconds.
  // So the shortest time convinces only where the middle request is slow too; a slow tail has to last for `buckets`.
  const isStrong = (each: Excess) => each.ratio >= strongRatio && each.z >= strongZ && each.isAboveWorst;
  if (circumstances.isMiddleSlow && holds(strongBuckets + patience, isStrong)) return strongBuckets;
  if (holds(buckets + patience + burst, (each) => each.ratio >= ratio && each.z >= z && each.isAboveWorst))
    return buckets;
  // What one bucket cannot prove, several in a row do: their deviations add up while chance averages out. In a slow tail no
  // bucket adds more than makes it bad by itself: two pauses would make up for a third bucket that shows nothing.
  const most = circumstances.isMiddleSlow ? Number.POSITIVE_INFINITY : z;
  for (const count of [buckets, 2 * buckets]) {
    const needed = count + patience + burst;
    const isHeld = holds(needed, (each) => each.ratio >= ratio && each.isAboveWorst);
    const together = excesses.slice(-needed).reduce((sum, each) => sum + Math.min(most, each.z), 0) / Math.sqrt(needed);
    if (isHeld && together >= sumZ) return count;
  }
  const steady = circumstances.load > 1.2 ? STEADY.ratio * 1.15 : STEADY.ratio;
  if (holds(STEADY.buckets, (each) => each.ratio >= steady && each.z >= z && each.isAboveWorst)) return STEADY.buckets;
  return null;
}

function firstOfRun(
  recent: Bucket[],
  kind: "mean" | "p95",
  own: LatencyBaseline,
  settings: RuleSettings,
): Instant | null {
  let first: Instant | null = null;
  for (let index = recent.length - 1; index >= 0; index--) {
    const bucket = recent[index] as Bucket;
    if (excessOf(logLatency(bucket, kind), own, bucket.count, bucket.count, settings).ratio < 1.25) break;
    first = bucket.at;
  }
  return first;
}
