import type { ConceptId } from "../../core/concept.ts";
import type { Instant } from "../../core/window.ts";
import { BUCKET_COUNT, createLogHistogram, histogramQuantile, type LogHistogram } from "../rollup/log-histogram.ts";
import { BUCKET_MILLISECONDS } from "../settings.ts";
import { type Baseline, type Bucket, baselineOf } from "./baseline.ts";
import type { RequestIncrement, Subject } from "./rule-input.ts";
import type { RuleSettings } from "./rule-settings.ts";

export type LevelPoint = { at: Instant; value: number };

/** What the rules remember of one subject. Bounded: half an hour of buckets, three days of minutes. */
export type SubjectHistory = {
  subject: Subject;
  buckets: Bucket[];
  /** Histograms of the latest buckets, which may still grow. */
  open: Map<Instant, LogHistogram>;
  minutes: { at: Instant; count: number; errors: number }[];
  instances: Map<string, { firstAt: Instant; lastAt: Instant }>;
  firstBeatAt: Instant | null;
  lastBeatAt: Instant | null;
  /** Distances between heartbeats, as they were lately. */
  beatGaps: number[];
  levels: Map<ConceptId, LevelPoint[]>;
  baseline: Baseline | null;
  baselineAt: Instant;
  /** What is bad now is not learned as usual. */
  frozenSince: Instant | null;
};

const OPEN_BUCKETS = 8;
const MINUTES_KEPT = 3 * 24 * 60;
const LEVELS_KEPT = 400;
/** Usual behaviour is calculated anew this often; it hardly moves faster. More often while there is little history. */
const BASELINE_EVERY_MILLISECONDS = 60_000;

export function createSubjectHistory(subject: Subject): SubjectHistory {
  return {
    subject,
    buckets: [],
    open: new Map(),
    minutes: [],
    instances: new Map(),
    firstBeatAt: null,
    lastBeatAt: null,
    beatGaps: [],
    levels: new Map(),
    baseline: null,
    baselineAt: Number.NEGATIVE_INFINITY,
    frozenSince: null,
  };
}

export function addRequests(history: SubjectHistory, increment: RequestIncrement, settings: RuleSettings): void {
  history.subject = increment.subject;
  addMinute(history, increment);
  const bucket = bucketAt(history, increment.bucketAt);
  if (!bucket) return; // older than what the rules look at
  bucket.count += increment.count;
  bucket.errors += increment.errors;
  bucket.seconds += increment.seconds;
  let histogram = history.open.get(increment.bucketAt);
  if (!histogram) {
    histogram = createLogHistogram();
    history.open.set(increment.bucketAt, histogram);
    if (history.open.size > OPEN_BUCKETS) history.open.delete(Math.min(...history.open.keys()));
  }
  for (let index = 0; index < BUCKET_COUNT; index++) {
    const count = increment.histogram[index] as number;
    if (count !== 0) histogram[index] = (histogram[index] as number) + count;
  }
  bucket.p50 = histogramQuantile(histogram, 0.5);
  bucket.p95 = histogramQuantile(histogram, 0.95);
  const oldest = increment.bucketAt - (settings.baselineSeconds + 120) * 1000;
  while (history.buckets.length > 0 && (history.buckets[0] as Bucket).at < oldest) history.buckets.shift();
}

/** The bucket of this instant, made together with the empty ones before it: no request is a fact too. */
function bucketAt(history: SubjectHistory, at: Instant): Bucket | null {
  const { buckets } = history;
  const last = buckets.at(-1);
  if (!last) {
    const first = emptyBucket(at);
    buckets.push(first);
    return first;
  }
  fillUpTo(history, at);
  const index = buckets.length - 1 - ((buckets.at(-1) as Bucket).at - at) / BUCKET_MILLISECONDS;
  return buckets[index] ?? null;
}

/** Empty buckets up to and with `at`; a pause of more than ten minutes begins the history anew. */
export function fillUpTo(history: SubjectHistory, at: Instant): void {
  const last = history.buckets.at(-1);
  if (!last) return;
  if (at - last.at > 600_000) {
    history.buckets = [emptyBucket(at)];
    history.baseline = null;
    return;
  }
  for (let next = last.at + BUCKET_MILLISECONDS; next <= at; next += BUCKET_MILLISECONDS)
    history.buckets.push(emptyBucket(next));
}

function emptyBucket(at: Instant): Bucket {
  return { at, count: 0, errors: 0, seconds: 0, p50: null, p95: null, isUnusual: false };
}

function addMinute(history: SubjectHistory, { bucketAt: at, count, errors }: RequestIncrement): void {
  const minuteAt = Math.floor(at / 60_000) * 60_000;
  const { minutes } = history;
  for (let index = minutes.length - 1; index >= 0 && index >= minutes.length - 10; index--) {
    const minute = minutes[index] as { at: Instant; count: number; errors: number };
    if (minute.at === minuteAt) {
      minute.count += count;
      minute.errors += errors;
      return;
    }
    if (minute.at < minuteAt) break;
  }
  minutes.push({ at: minuteAt, count, errors });
  if (minutes.length > MINUTES_KEPT) minutes.shift();
}

export function addHeartbeat(history: SubjectHistory, instance: string, at: Instant): void {
  const known = history.instances.get(instance);
  if (known) known.lastAt = Math.max(known.lastAt, at);
  else history.instances.set(instance, { firstAt: at, lastAt: at });
  if (history.instances.size > 200) {
    const [oldest] = [...history.instances].sort((left, right) => left[1].lastAt - right[1].lastAt);
    if (oldest) history.instances.delete(oldest[0]);
  }
  if (history.firstBeatAt === null) history.firstBeatAt = at;
  if (history.lastBeatAt !== null && at > history.lastBeatAt) {
    history.beatGaps.push(at - history.lastBeatAt);
    if (history.beatGaps.length > 60) history.beatGaps.shift();
  }
  history.lastBeatAt = Math.max(history.lastBeatAt ?? at, at);
}

export function addLevel(history: SubjectHistory, concept: ConceptId, at: Instant, value: number): void {
  const points = history.levels.get(concept) ?? [];
  const last = points.at(-1);
  if (last && at <= last.at) return;
  points.push({ at, value });
  if (points.length > LEVELS_KEPT) points.shift();
  history.levels.set(concept, points);
}

/** Usual behaviour, calculated again when it is due. Null while there is too little history. */
export function usual(history: SubjectHistory, now: Instant, settings: RuleSettings): Baseline | null {
  const age = now - (history.buckets[0]?.at ?? now);
  if (now - history.baselineAt >= Math.min(BASELINE_EVERY_MILLISECONDS, age / 8) || history.baseline === null) {
    const isFrozen = history.frozenSince !== null && now - history.frozenSince < settings.relearnSeconds * 1000;
    if (!isFrozen) history.baseline = baselineOf(history.buckets, now, settings) ?? history.baseline;
    history.baselineAt = now;
  }
  return history.baseline;
}

/** The newest instance came up less than this long ago, while others or its forerunner were there before. */
export function isStartingUp(history: SubjectHistory, now: Instant, settings: RuleSettings): boolean {
  return hasNewInstanceSince(history, now - settings.startUpSeconds * 1000);
}

/** An instance or version came up at `since` or later, while others or its forerunner were there before. */
export function hasNewInstanceSince(history: SubjectHistory, since: Instant): boolean {
  for (const { firstAt } of history.instances.values()) {
    if (firstAt >= since && firstAt !== history.firstBeatAt) return true;
  }
  return false;
}

/** The latest `count` buckets that ended by `now`, oldest first. Fewer where there is less history. */
export function latestBuckets(history: SubjectHistory, count: number, now: Instant): Bucket[] {
  const { buckets } = history;
  let end = buckets.length;
  while (end > 0 && (buckets[end - 1] as Bucket).at + BUCKET_MILLISECONDS > now) end--;
  return buckets.slice(Math.max(0, end - count), end);
}

/** Requests in the last three buckets over what is usual; 1 where either is unknown. */
export function loadRatio(recent: readonly Bucket[], medianCount: number): number {
  const last = recent.slice(-3);
  if (last.length === 0 || medianCount === 0) return 1;
  return last.reduce((sum, { count }) => sum + count, 0) / last.length / medianCount;
}

/** Beyond this ratio to the usual latency a bucket stands out; below it healthy systems move about. */
const STANDS_OUT = 1.25;

/** Marks the latest buckets whose latency or failures are not what is usual, so that nothing is learned from them. */
export function markWhatStandsOut(history: SubjectHistory, since: Instant): void {
  const { baseline, buckets } = history;
  if (!baseline) return;
  for (let index = buckets.length - 1; index >= 0 && (buckets[index] as Bucket).at >= since; index--) {
    const bucket = buckets[index] as Bucket;
    if (bucket.count === 0) continue;
    const isSlow =
      baseline.mean !== null &&
      Math.log(Math.max(bucket.seconds / bucket.count, 1e-6)) >
        baseline.mean.median + Math.max(Math.log(STANDS_OUT), 2 * baseline.mean.scale);
    const isFailing = bucket.errors / bucket.count > Math.max(0.02, 2 * baseline.errorUpper);
    if (isSlow || isFailing) bucket.isUnusual = true;
  }
}
