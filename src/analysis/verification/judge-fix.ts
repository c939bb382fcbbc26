import { type ConceptId, conceptDefinition, isConceptId } from "../../core/concept.ts";
import type { EntityId } from "../../core/entity.ts";
import type { ObservationId } from "../../core/observation.ts";
import type { Verification, VerificationPlan } from "../../core/plan.ts";
import type { Series } from "../../core/series.ts";
import type { Instant, Window } from "../../core/window.ts";
import { inUnit, seconds } from "../words.ts";
import { type Comparison, compareSignal } from "./compare-signal.ts";

type Signal = VerificationPlan["signals"][number];

export type MeasuredSignal = {
  signal: Signal;
  /** Undefined: it could not be read. */
  series: Series | undefined;
  /** The same concept of entities that the trouble and the fix do not touch. */
  controls: Series[];
};

type FixToJudge = {
  planId: string;
  measured: MeasuredSignal[];
  plan: VerificationPlan;
  /** Before the trouble began. */
  usual: Window;
  appliedAt: Instant;
  now: Instant;
  /** Between two looks. */
  stepSeconds: number;
  nameOf: (entityId: EntityId) => string;
  observationIds: ObservationId[];
};

/** Samples after the fix before anything is said: fewer are luck. */
const fewestSamples = 3;
/** Closed this much of the gap between trouble and usual: well again. Half closed is "better", not "well". */
const closedShare = 0.75;
/** Worse is said only of a rise that people would notice, a fifth of the level, and that the interval bears out. */
const noticeableShare = 0.2;

/**
 * Did it help? Two questions, kept apart: is it well again, and was it this change. May be asked as often as one likes:
 * the intervals allow for that. Decides early where the figures allow; says "too early" until the horizon otherwise.
 */
export function judgeFix(fix: FixToJudge): Verification {
  const times = { usual: fix.usual, before: fix.plan.before, appliedAt: fix.appliedAt, now: fix.now };
  const judged = fix.measured.map(({ signal, series, controls }) => {
    const comparison = compareSignal(series, controls, times, signal.minimumEffect);
    return { signal, comparison, ...judge(signal, comparison) };
  });
  const primaries = judged.filter(({ signal }) => signal.role === "primary");
  const seen = primaries.filter(({ comparison }) => comparison.samples >= fewestSamples);
  const troubled = seen.filter(({ wasTroubled }) => wasTroubled);
  const ofCause = judged.filter(
    ({ signal, comparison }) => signal.role === "cause" && comparison.samples >= fewestSamples,
  );
  const isCauseGone = ofCause.some(({ wasTroubled }) => wasTroubled) && ofCause.every(({ isWell }) => isWell);
  const isOver = fix.now >= fix.appliedAt + fix.plan.horizonSeconds * 1000;
  const holdsUntil = fix.appliedAt + fix.plan.holdSeconds * 1000;
  const nextLookAt = fix.now + fix.stepSeconds * 1000;
  const say = (result: Verification["result"], next: Instant | null, about: Judged | undefined, doesNotProve: string) =>
    verification(fix, judged, { result, isCauseGone, next, about, doesNotProve });

  const worse = judged.find(({ isWorse }) => isWorse);
  if (worse) return say("worse", null, worse, "That the change alone made it worse; it is undone to be safe.");

  if (seen.length === 0) {
    if (!isOver) return say("too-early", nextLookAt, primaries[0], "Anything: there are too few samples yet.");
    return say("no-data", null, primaries[0], "That it helped or did harm: nothing could be measured.");
  }

  const isWell = seen.every(({ isWell }) => isWell);
  if (isWell) {
    const next = fix.now < holdsUntil ? Math.min(holdsUntil, fix.now + Math.max(60, fix.stepSeconds) * 1000) : null;
    const lead = troubled[0] ?? seen[0];
    if (troubled.length === 0) {
      return say(
        "recovered-unproven",
        next,
        lead,
        "That it was this change: it was well again before the change, or no level of the trouble was recorded.",
      );
    }
    if (troubled.some(({ isWithEveryone }) => isWithEveryone)) {
      return say(
        "recovered-with-everyone",
        next,
        lead,
        "That it was this change: things that it does not touch recovered at the same time.",
      );
    }
    const isProven = troubled.every(({ isImproved }) => isImproved);
    const stays = "That it stays well: what grows slowly, or comes with load, shows later.";
    if (isProven) return say("recovered", next, lead, stays);
    // Nothing is gained by calling it unproven while samples still come.
    if (!isOver) return say("recovered-unproven", nextLookAt, lead, "That it was this change: too few samples yet.");
    return say("recovered-unproven", next, lead, "That it was this change: it varies too much to tell.");
  }

  if (!isOver)
    return say(
      "too-early",
      nextLookAt,
      lastOf(troubled) ?? seen[0],
      "Anything yet: it is not well again, and its time is not over.",
    );
  const unmended = troubled.find(({ isImproved, isWell }) => !isImproved && !isWell);
  if (troubled[0] && !unmended)
    return say(
      "recovered-unproven",
      null,
      troubled[0],
      "That the cause is gone: it became better, but is not as usual.",
    );
  const doesNotProve = isCauseGone
    ? "That the cause was another: what it set off may keep itself up."
    : "That the change does nothing at all; only that it does not mend this.";
  return say("unchanged", null, unmended ?? seen[0], doesNotProve);
}

type Said = {
  result: Verification["result"];
  isCauseGone: boolean;
  next: Instant | null;
  about: Judged | undefined;
  doesNotProve: string;
};

type Judged = {
  signal: Signal;
  comparison: Comparison;
  wasTroubled: boolean;
  isWell: boolean;
  isImproved: boolean;
  isWithEveryone: boolean;
  isWorse: boolean;
};

/** `good`: +1 where more is better. All comparisons are turned so that positive means better. */
function judge(signal: Signal, { usual, before, now, effect, interval, controlEffect, samples }: Comparison) {
  const good = signal.direction === "up" ? 1 : -1;
  const level = usual ?? before ?? 0;
  const gap = before === null ? 0 : -good * (before - level); // how far it was on the bad side
  const noise = Math.max(signal.minimumEffect, 0.05 * Math.abs(level), 1e-9);
  const wasTroubled = usual === null ? before !== null : gap > noise / 2;
  const remaining = now === null ? Number.POSITIVE_INFINITY : -good * (now - level);
  const improvement = effect === null ? 0 : good * effect;
  const isImproved = interval !== null && (good > 0 ? interval[0] > 0 : interval[1] < 0) && samples >= fewestSamples;
  // Without a usual level only a clear improvement counts as well again.
  const isWell = usual === null ? isImproved : remaining <= Math.max((1 - closedShare) * gap, noise);
  const control = controlEffect === null ? 0 : good * controlEffect;
  const isWithEveryone = control > 0 && control >= 0.5 * (improvement + control);
  const against = interval !== null && (good > 0 ? interval[1] < 0 : interval[0] > 0);
  const harm = now === null || before === null ? 0 : -good * (now - before);
  const noticeable = Math.max(signal.minimumEffect, noticeableShare * Math.abs(before ?? 0), 1e-9);
  const isWorse = against && samples >= fewestSamples && harm >= noticeable && !isWell;
  return { wasTroubled, isWell, isImproved, isWithEveryone, isWorse };
}

function verification(fix: FixToJudge, judged: Judged[], said: Said): Verification {
  const { result, isCauseGone, next, doesNotProve } = said;
  return {
    planId: fix.planId,
    result,
    sentence: sentence(fix, said),
    details: judged.map(({ signal, comparison }) => ({
      entityId: signal.entityId,
      concept: signal.concept,
      before: comparison.before,
      after: comparison.now,
      usual: comparison.usual,
      unit: unitOf(signal.concept),
      effect: comparison.effect,
      interval: comparison.interval,
      samples: comparison.samples,
    })),
    doesNotProve,
    ...(isCauseGone ? { isCauseGone } : {}),
    observationIds: fix.observationIds,
    lookedAt: fix.now,
    nextLookAt: next,
  };
}

/** "Recovered so far: failed requests of shop 12 % before, 0.2 % now, usually 0.1 %." */
function sentence(fix: FixToJudge, { result, isCauseGone, next, about }: Said): string {
  const since = seconds((fix.now - fix.appliedAt) / 1000);
  const opening: Record<Verification["result"], string> = {
    recovered: next === null ? "Recovered, because of the change" : "Recovered so far",
    "recovered-unproven": "Well again or better, but not proven to be because of the change",
    "recovered-with-everyone": "Well again, together with what the change does not touch",
    unchanged: isCauseGone
      ? `The cause is gone ${since} after the change, and it hurts as before`
      : `Unchanged ${since} after the change`,
    worse: `Worse ${since} after the change`,
    "no-data": `Nothing could be measured for ${since} after the change`,
    "too-early": `Too early to tell, ${since} after the change`,
  };
  return about ? `${opening[result]}: ${figures(fix, about)}.` : `${opening[result]}.`;
}

function figures(fix: FixToJudge, { signal, comparison }: Judged): string {
  const { concept, entityId } = signal;
  const title = isConceptId(concept) ? conceptDefinition(concept).title : concept;
  const show = (value: number | null) =>
    value === null
      ? "not known"
      : isConceptId(concept)
        ? inUnit(value, conceptDefinition(concept as ConceptId).unit)
        : String(value);
  const usual = comparison.usual === null ? "" : `, usually ${show(comparison.usual)}`;
  return `${title} of ${fix.nameOf(entityId)} ${show(comparison.before)} before, ${show(comparison.now)} now${usual}`;
}

function unitOf(concept: string): string {
  return isConceptId(concept) ? conceptDefinition(concept).unit : "1";
}

function lastOf<Item>(items: Item[]): Item | undefined {
  return items[items.length - 1];
}
