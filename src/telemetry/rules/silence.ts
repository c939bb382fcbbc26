import type { Instant } from "../../core/window.ts";
import { BUCKET_MILLISECONDS } from "../settings.ts";
import type { RuleOpinion } from "./rule-input.ts";
import type { RuleSettings } from "./rule-settings.ts";
import { latestBuckets, type SubjectHistory, usual } from "./subject-history.ts";
import { secondsText } from "./words.ts";

/** Exporters send late: a bucket is empty for sure only this long after its end. */
const LATENESS_MILLISECONDS = 6_000;

/**
 * Traffic that was steady has stopped, at a service that users call; or a service sends nothing at all any more. Only while
 * others still send: when everything is silent it is the way here that is broken, and `isAnybodyHeard` is false.
 */
export function silence(
  history: SubjectHistory,
  now: Instant,
  settings: RuleSettings,
  isAnybodyHeard: boolean,
): RuleOpinion | null {
  const baseline = usual(history, now, settings);
  const { subject } = history;
  const rules = settings.silence;
  if (!isAnybodyHeard || history.firstBeatAt === null || history.lastBeatAt === null) return null;
  const usualInThree = (baseline?.medianCount ?? 0) * 3;
  // Steady: never in half an hour was there so little.
  const isSteady = usualInThree >= rules.expectedRequests && (baseline?.fewestInThree ?? 0) >= 0.3 * usualInThree;
  const window = latestBuckets(history, rules.buckets, now - LATENESS_MILLISECONDS);
  const requests = window.reduce((sum, { count }) => sum + count, 0);
  const hasStopped =
    subject.isEntry && isSteady && window.length === rules.buckets && requests <= rules.share * usualInThree;
  const silentFor = now - history.lastBeatAt - BUCKET_MILLISECONDS;
  const wasHeardFor = history.lastBeatAt - history.firstBeatAt;
  // A job that is done, or a helper that nobody calls, may end: only what served somebody is missed.
  const isMissed = (baseline?.medianCount ?? 0) > 0;
  const isGone =
    isMissed &&
    wasHeardFor >= settings.warmUpSeconds * 1000 &&
    silentFor >= rules.goneSeconds * 1000 &&
    silentFor >= goneAfter(history, isSteady, settings);
  const since = isGone
    ? history.lastBeatAt + BUCKET_MILLISECONDS
    : (window.find(({ count }) => count === 0)?.at ?? now);
  return {
    rule: "silence",
    subject,
    detail: "",
    isBad: hasStopped || isGone,
    isGood: silentFor < rules.goneSeconds * 500 && (!isSteady || !subject.isEntry || requests > 0.3 * usualInThree),
    concept: isGone ? "up" : "request.rate",
    since,
    severity: hasStopped ? "critical" : "high",
    title: isGone ? `${subject.name}: nothing is heard of it any more` : `${subject.name}: requests have stopped`,
    description: isGone
      ? `It last sent telemetry ${secondsText(silentFor / 1000)} ago, while others still do.`
      : `${requests} requests in ${rules.buckets * 5} s, where ${Math.round(usualInThree)} are usual.`,
    observed: isGone ? { value: 0, unit: "1" } : { value: requests / (rules.buckets * 5), unit: "{request}/s" },
    threshold: isGone
      ? { value: 1, unit: "1" }
      : { value: (rules.share * usualInThree) / (rules.buckets * 5), unit: "{request}/s" },
  };
}

/** Three of the longest usual distances; longer where traffic comes and goes, since metrics alone may come once a minute. */
function goneAfter(history: SubjectHistory, isSteady: boolean, settings: RuleSettings): number {
  const gaps = [...history.beatGaps].sort((left, right) => left - right);
  const long = gaps[Math.floor(gaps.length * 0.95)] ?? BUCKET_MILLISECONDS;
  return Math.max(isSteady ? settings.silence.goneSeconds * 1000 : 75_000, 3 * long);
}
