import { wilsonInterval } from "../../analysis/statistics/wilson-interval.ts";
import type { Instant } from "../../core/window.ts";
import type { Bucket } from "./baseline.ts";
import type { RuleOpinion } from "./rule-input.ts";
import type { RuleSettings } from "./rule-settings.ts";
import { hasNewInstanceSince, isStartingUp, latestBuckets, type SubjectHistory, usual } from "./subject-history.ts";
import { percentText } from "./words.ts";

/** Windows tried, in buckets of five seconds: the short ones see much quickly, the long ones see little surely. */
const WINDOWS = [3, 6, 12, 36];

/**
 * More requests fail than usual: the lower confidence bound of the recent share lies above a multiple of the upper bound of
 * what is usual here. Failures have to be spread over the window: a restart's two bad seconds are no alert.
 */
export function errorRatio(history: SubjectHistory, now: Instant, settings: RuleSettings): RuleOpinion | null {
  const baseline = usual(history, now, settings);
  const { errors } = settings;
  if (!baseline) return null;
  const limit = Math.max(
    errors.minimumRatio,
    errors.factor * baseline.errorUpper,
    1.5 * Math.max(0, baseline.worstSustainedErrors),
  );
  const isStarting = isStartingUp(history, now, settings);
  const recent = latestBuckets(history, WINDOWS.at(-1) as number, now);
  const latest = sumOf(recent.slice(-errors.buckets));
  let bad: { window: Bucket[]; ratio: number } | null = null;
  for (const length of WINDOWS) {
    const window = recent.slice(-length);
    if (window.length < length || (isStarting && length < errors.buckets + 2)) continue;
    const { count, failed } = sumOf(window);
    if (failed < errors.minimumErrors || wilsonInterval(failed, count, errors.z).low <= limit) continue;
    const busy = window.filter((bucket) => bucket.count > 0);
    const failing = busy.filter((bucket) => bucket.errors > limit * bucket.count);
    const share = length <= 3 ? 1 : 0.5;
    const last = busy.at(-1);
    if (busy.length < Math.min(3, length) || failing.length < share * busy.length || last !== failing.at(-1)) continue;
    const isOfRelease = hasNewInstanceSince(history, (window[0] as Bucket).at);
    if (isOfRelease && !isBadWithoutItsWorst(window, limit)) continue;
    bad = { window, ratio: failed / count };
    break;
  }
  const ratio = bad?.ratio ?? (latest.count > 0 ? latest.failed / latest.count : 0);
  const since = (bad?.window.find((bucket) => bucket.errors > limit * bucket.count) ?? recent.at(-1))?.at ?? now;
  const { subject } = history;
  return {
    rule: "error-ratio",
    subject,
    detail: "",
    isBad: bad !== null,
    isGood: latest.count === 0 || latest.failed / latest.count < 0.8 * limit,
    concept: "request.error_ratio",
    since,
    severity: ratio >= 0.2 ? "critical" : ratio >= 0.05 ? "high" : "medium",
    title: `${subject.name}: ${percentText(ratio)} of requests fail`,
    description: `Usually ${percentText(baseline.errorRatio)} fail; ${percentText(limit)} is the limit for the last ${(bad?.window.length ?? 0) * 5} s.`,
    observed: { value: ratio, unit: "1" },
    threshold: { value: limit, unit: "1" },
  };
}

/** z of a one-sided bound at 95 %: the whole window is proven more strictly already, the rest has to bear it out. */
const REST_Z = 1.645;

/**
 * Where an instance came up within the window: a release cuts off what runs, and with a chance failure here and there its
 * one bad bucket looked like a window that fails.
 */
function isBadWithoutItsWorst(window: readonly Bucket[], limit: number): boolean {
  const worst = window.reduce((worst, bucket) => (bucket.errors > worst.errors ? bucket : worst));
  const { count, failed } = sumOf(window.filter((bucket) => bucket !== worst));
  return wilsonInterval(failed, count, REST_Z).low > limit;
}

function sumOf(buckets: readonly Bucket[]): { count: number; failed: number } {
  let count = 0;
  let failed = 0;
  for (const bucket of buckets) {
    count += bucket.count;
    failed += bucket.errors;
  }
  return { count, failed };
}
