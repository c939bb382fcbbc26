import { theilSen } from "../../analysis/statistics/trend.ts";
import type { ConceptId } from "../../core/concept.ts";
import type { Instant } from "../../core/window.ts";
import { BUCKET_MILLISECONDS } from "../settings.ts";
import { lastPoints } from "./levels.ts";
import type { RuleOpinion } from "./rule-input.ts";
import type { RuleSettings } from "./rule-settings.ts";
import { type LevelPoint, latestBuckets, loadRatio, type SubjectHistory, usual } from "./subject-history.ts";
import { secondsText } from "./words.ts";

/** History before the growth that shows what is usual. */
const FEWEST_BEFORE = 4;

/** A queue that only grows, far beyond what it held before; or whose oldest message only gets older. */
export function queueGrowth(history: SubjectHistory, now: Instant, settings: RuleSettings): RuleOpinion[] {
  return (["queue.depth", "queue.oldest_age"] as const).flatMap((concept) => {
    const opinion = growth(history, concept, now, settings);
    return opinion ? [opinion] : [];
  });
}

function growth(history: SubjectHistory, concept: ConceptId, now: Instant, settings: RuleSettings): RuleOpinion | null {
  const points = history.levels.get(concept) ?? [];
  const { growingSeconds, minimumItems, minimumAgeSeconds, factor } = settings.queue;
  const run = risingRun(points);
  const recent = lastPoints(points, growingSeconds, now);
  const last = recent.at(-1);
  const before = points.slice(0, points.length - run.length);
  if (!last || before.length < FEWEST_BEFORE) return null;
  const highest = Math.max(...before.map(({ value }) => value));
  const isAge = concept === "queue.oldest_age";
  const limit = Math.max(isAge ? minimumAgeSeconds : minimumItems, factor * highest);
  // Small steady numbers never fall either: growth begins where it leaves what was usual.
  const above = run.filter(({ value }) => value > 1.2 * highest && value > limit / 4);
  const first = above[0] ?? last;
  const isGrown = above.length >= 3 && last.at - first.at >= growingSeconds * 1000 && last.value > limit;
  const isBad = isGrown && (isAge || !isTakenInABurst(history, above, now, settings));
  const shown = isAge ? secondsText(last.value) : `${Math.round(last.value)} messages`;
  return {
    rule: "queue-growth",
    subject: history.subject,
    detail: concept,
    isBad,
    isGood: last.value < 0.7 * limit,
    concept,
    since: first.at,
    severity: "high",
    title: isAge
      ? `${history.subject.name}: the oldest message waits for ${shown}`
      : `${history.subject.name}: ${shown} wait, more and more`,
    description: `Growing for ${secondsText((last.at - first.at) / 1000)}; before it was at most ${isAge ? secondsText(highest) : Math.round(highest)}.`,
    observed: { value: last.value, unit: isAge ? "s" : "{item}" },
    threshold: { value: limit, unit: isAge ? "s" : "{item}" },
  };
}

/** From here on there is more to do than usual; bursts of healthy systems begin there (replay of 30 days). */
const BURST_LOAD = 1.4;

/** Bursts of users last for minutes: what a queue would hold after this long tells a burst that passes from too much. */
const FORESEEN_SECONDS = 120;

/**
 * A queue is there to take what comes in a burst. While more comes in than usual, it holds too much only when its messages
 * wait longer than they may, at the pace at which the subject works now, and when they would soon wait longer than they may
 * in a burst, at the pace at which it fills for sure (lower end of Sen's interval: few samples promise too much). So a burst
 * that the worker nearly keeps up with passes. What stands still waits for ever.
 */
function isTakenInABurst(
  history: SubjectHistory,
  filling: readonly LevelPoint[],
  now: Instant,
  settings: RuleSettings,
): boolean {
  const medianCount = usual(history, now, settings)?.medianCount ?? 0;
  // What came in until the queue was last looked at: the burst that filled it may just have ended.
  const recent = latestBuckets(history, 3, filling.at(-1)?.at ?? now);
  if (loadRatio(recent, medianCount) <= BURST_LOAD) return false;
  const perSecond = recent.reduce((sum, { count }) => sum + count, 0) / recent.length / (BUCKET_MILLISECONDS / 1000);
  const { minimumAgeSeconds, burstAgeSeconds } = settings.queue;
  const waiting = filling.at(-1)?.value ?? 0;
  if (waiting / perSecond < minimumAgeSeconds) return true;
  const growthPerSecond = Math.max(0, theilSen(filling)?.low ?? 0);
  return (waiting + growthPerSecond * FORESEEN_SECONDS) / perSecond < burstAgeSeconds;
}

/** The points at the end of which none lies more than a tenth below an earlier one: what drains slowly does not grow. */
function risingRun(points: readonly LevelPoint[]): LevelPoint[] {
  let start = points.length - 1;
  let least = points[start]?.value ?? 0;
  while (start > 0 && least >= 0.9 * (points[start - 1] as LevelPoint).value) {
    start--;
    least = Math.min(least, (points[start] as LevelPoint).value);
    if ((points[start] as LevelPoint).value === 0) break;
  }
  return points.slice(Math.max(0, start));
}
