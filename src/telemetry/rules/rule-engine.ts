import type { IncomingItem } from "../../core/item.ts";
import type { Instant } from "../../core/window.ts";
import { BUCKET_MILLISECONDS } from "../settings.ts";
import { createAlertBook } from "./alert-book.ts";
import { burnRate } from "./burn-rate.ts";
import { errorRatio } from "./error-ratio.ts";
import { latency } from "./latency.ts";
import { queueGrowth } from "./queue-growth.ts";
import { restarts } from "./restarts.ts";
import type { RuleOpinion, RuleTick } from "./rule-input.ts";
import type { RuleSettings } from "./rule-settings.ts";
import { runOut } from "./run-out.ts";
import { saturation } from "./saturation.ts";
import { silence } from "./silence.ts";
import {
  addHeartbeat,
  addLevel,
  addRequests,
  createSubjectHistory,
  fillUpTo,
  markWhatStandsOut,
  type SubjectHistory,
} from "./subject-history.ts";
import { withSuccessors } from "./successors.ts";

/** Requests and calls of a subject that was silent for this long are forgotten. */
const FORGET_MILLISECONDS = 24 * 3_600_000;
/** What alerts somewhere was felt elsewhere up to so long before. */
const SPREADS_BEFORE_MILLISECONDS = 30_000;
/** Evaluated this long after the end of a bucket: most exporters have sent by then. */
const LATENESS_MILLISECONDS = 1_500;

/**
 * All rules over all subjects. No clock, no chance, no waiting: the same ticks give the same alerts, so that days can be
 * replayed in seconds.
 */
export function createRuleEngine(settings: RuleSettings) {
  const histories = new Map<string, SubjectHistory>();
  const book = createAlertBook();
  let lastHeardAt = Number.NEGATIVE_INFINITY;

  function historyOf(subject: RuleTick["requests"][number]["subject"]): SubjectHistory {
    let history = histories.get(subject.key);
    if (!history) {
      history = createSubjectHistory(subject);
      histories.set(subject.key, history);
    }
    history.subject = subject;
    return history;
  }

  return {
    /** Takes what became known and gives back the alerts that begin or end now. */
    evaluate(tick: RuleTick): IncomingItem[] {
      const { now } = tick;
      for (const increment of tick.requests) addRequests(historyOf(increment.subject), increment, settings);
      for (const { subject, instance, bucketAt } of tick.heartbeats) {
        addHeartbeat(historyOf(subject), instance, bucketAt);
        lastHeardAt = Math.max(lastHeardAt, bucketAt + BUCKET_MILLISECONDS);
      }
      for (const { subject, concept, at, value } of tick.levels) addLevel(historyOf(subject), concept, at, value);
      const until = now - LATENESS_MILLISECONDS;
      const lastBucketAt = Math.floor(until / BUCKET_MILLISECONDS) * BUCKET_MILLISECONDS - BUCKET_MILLISECONDS;
      const isAnybodyHeard = now - lastHeardAt < 15_000;
      const opinions: RuleOpinion[] = [];
      for (const [key, history] of histories) {
        fillUpTo(history, lastBucketAt);
        opinions.push(...opinionsOf(history, until, now, isAnybodyHeard));
        if (now - lastKnownAt(history) > FORGET_MILLISECONDS) histories.delete(key);
      }
      const heard = withSuccessors(opinions, book.firing(), histories, now);
      const items = book.update(withoutPartsOfTheWhole(heard), now, settings);
      const open = book.openSubjects();
      for (const history of histories.values()) freeze(history, open, now);
      return items;
    },
    /** What was usual before this process began; no alert comes of it. */
    learn(requests: RuleTick["requests"]) {
      for (const increment of requests) addRequests(historyOf(increment.subject), increment, settings);
    },
    firing: book.firing,
    restore: (items: readonly IncomingItem[], now: Instant) => book.restore(items, now),
    subjects: () => histories.size,
  };

  function opinionsOf(history: SubjectHistory, until: Instant, now: Instant, isAnybodyHeard: boolean): RuleOpinion[] {
    const golden = [errorRatio(history, until, settings), latency(history, until, settings)];
    if (history.subject.partOf !== undefined) return golden.filter((opinion) => opinion !== null);
    const opinions: (RuleOpinion | null)[] = [
      ...golden,
      silence(history, now, settings, isAnybodyHeard),
      restarts(history, now, settings),
      ...burnRate(history, now, settings),
    ];
    if (history.levels.size > 0) {
      opinions.push(
        ...queueGrowth(history, now, settings),
        ...saturation(history, now, settings),
        ...runOut(history, now, settings),
      );
    }
    return opinions.filter((opinion) => opinion !== null);
  }

  /** What the whole service complains of, its operations need not repeat. */
  function withoutPartsOfTheWhole(opinions: readonly RuleOpinion[]): RuleOpinion[] {
    const open = book.openSubjects();
    const bad = new Set(opinions.filter(({ isBad }) => isBad).map(({ rule, subject }) => `${rule} ${subject.key}`));
    return opinions.map((opinion) => {
      const { rule, subject } = opinion;
      const isRepeated =
        subject.partOf !== undefined && (bad.has(`${rule} ${subject.partOf}`) || open.has(subject.partOf));
      return isRepeated && !open.has(subject.key) ? { ...opinion, isBad: false } : opinion;
    });
  }

  /**
   * While something is wrong with a subject, and a little before, its buckets are marked and not learned from. While
   * something is wrong elsewhere, only those are that are out of the ordinary themselves: trouble spreads further than it
   * alerts, and what it did to the others is not what is usual of them.
   */
  function freeze(history: SubjectHistory, open: ReadonlySet<string>, now: Instant): void {
    if (!open.has(history.subject.key)) {
      history.frozenSince = null;
      if (open.size > 0) markWhatStandsOut(history, now - SPREADS_BEFORE_MILLISECONDS);
      return;
    }
    if (history.frozenSince === null) {
      history.frozenSince = now;
      for (const bucket of history.buckets) if (bucket.at > now - 60_000) bucket.isUnusual = true;
    }
    const last = history.buckets.at(-1);
    if (last && now - history.frozenSince < settings.relearnSeconds * 1000) last.isUnusual = true;
  }
}

function lastKnownAt(history: SubjectHistory): Instant {
  let last = Math.max(history.lastBeatAt ?? 0, history.minutes.at(-1)?.at ?? 0);
  for (const points of history.levels.values()) last = Math.max(last, points.at(-1)?.at ?? 0);
  return last;
}
