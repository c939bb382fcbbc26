import { onsetOf } from "../analysis/statistics/onset.ts";
import { combinePresent } from "../analysis/statistics/series-values.ts";
import { harmTowards, type Shift, shiftOf } from "../analysis/statistics/shift.ts";
import { concept, type Need } from "../core/check.ts";
import { type ConceptId, conceptDefinition, feltConcepts } from "../core/concept.ts";
import type { EntityId } from "../core/entity.ts";
import { isReadable, type Observation } from "../core/observation.ts";
import { meantOperations } from "../core/operation.ts";
import type { Scope, Symptom } from "../core/scope.ts";
import type { Series } from "../core/series.ts";
import type { OnsetInterval } from "../core/window.ts";

/** One signal of a symptom's entity, now against usual. */
export type MeasuredSignal = {
  entityId: EntityId;
  concept: ConceptId;
  shift: Shift;
  /** Robust z in the direction that hurts. */
  harm: number;
  isTrouble: boolean;
  /** Out of the ordinary to the last; what hurt for a while and is well again is not. */
  isStill: boolean;
  onset: OnsetInterval | null;
  observationIds: string[];
  /** Measured of these operations by themselves; null: of the whole. */
  operations: string[] | null;
};

export type MeasuredSymptoms = {
  signals: MeasuredSignal[];
  /** The earliest of the felt signals in trouble; where none of those is, of the others; null when none is. */
  onset: OnsetInterval | null;
  /** Whether the complaint can be seen now; `cannot-tell` when no signal of any symptom's entity was readable. */
  isTrouble: "yes" | "no" | "cannot-tell";
  /** It hurt in this window, and does not any more. */
  isOver: boolean;
};

/** Below these a difference hurts nobody, however unusual it is. Half a per cent of requests; 10 ms; a handful. */
const leastHarm: Partial<Record<ConceptId, number>> = {
  "request.error_ratio": 0.005,
  "request.latency": 0.01,
  "queue.depth": 5,
  "queue.oldest_age": 5,
  up: 0.3,
  "request.rate": 0.05,
};

/** A robust z beyond which a felt signal is in trouble (METHODS 3: z > 4). */
const troubleZ = 4;
/** Few requests waver so much that no z tells their end; that next to none come any more, does. */
const stoppedRatio = 0.1;
const fewestStoppedSamples = 6;
/** Sooner where so many stayed away that no chance keeps them all (under e^-25 where each comes by itself). */
const mostMissedByChance = 25;
/** Enough samples to see a level, few enough to be the present. */
const recentMilliseconds = 45_000;

export function symptomNeeds(scope: Scope): { need: Need; entities: EntityId[] }[] {
  const entities = [...new Set(scope.symptoms.map(({ entityId }) => entityId))].sort();
  const named = scope.symptoms.flatMap((symptom) => (symptom.concept ? [symptom.concept] : []));
  const whole = [...new Set([...feltConcepts, ...named])].map((id) => ({ need: concept(id), entities }));
  const parts = [...new Set(scope.symptoms.flatMap(({ entityId, operation }) => (operation ? [entityId] : [])))].sort();
  if (parts.length === 0) return whole;
  // One slow page hides in the mean over all pages: where the complaint names it, it is measured by itself.
  const byOperation = (["request.error_ratio", "request.latency"] as const).map((id) => ({
    need: concept(id, { keep: ["operation"] }),
    entities: parts,
  }));
  return [...whole, ...byOperation];
}

export function measureSymptoms(scope: Scope, observations: readonly Observation[]): MeasuredSymptoms {
  const signals: MeasuredSignal[] = [];
  let isReadableAnywhere = false;
  for (const { need, entities } of symptomNeeds(scope)) {
    if (need.kind !== "series") continue;
    for (const entityId of entities) {
      const asked = observations.filter(
        ({ request }) =>
          request.kind === "series" &&
          request.concept === need.concept &&
          request.statistic === need.statistic &&
          request.keep.join() === need.keep.join() &&
          request.entities.includes(entityId),
      );
      const own = asked.flatMap((observation) =>
        isReadable(observation) && observation.body?.kind === "series"
          ? observation.body.series.filter(({ entityId: id }) => id === entityId)
          : [],
      );
      const operations = need.keep.length === 0 ? null : complainedOperations(scope, entityId, own);
      const series = operations ? own.filter(({ dimensions }) => operations.includes(dimensions.operation ?? "")) : own;
      const whole = series.length > 1 ? combinePresent(series, (values) => Math.max(...values)) : series[0];
      if (!whole) continue;
      isReadableAnywhere = true;
      const measured = measure(
        scope,
        need.concept,
        whole,
        asked.map(({ id }) => id),
        complaintOf(scope, entityId, need.concept),
      );
      if (measured) signals.push({ ...measured, operations });
    }
  }
  const troubled = signals.filter((signal) => signal.isTrouble);
  // When users began to be hurt. What only runs full had its own beginning, and belongs to the causes, not the complaint.
  const hurting = troubled.filter(({ concept: id }) => feltConcepts.includes(id) || id === "request.rate");
  const complaints = hurting.length > 0 ? hurting : troubled;
  const onset = complaints
    .flatMap((signal) => (signal.onset ? [signal.onset] : []))
    .sort((left, right) => left.earliest - right.earliest || left.latest - right.latest)[0];
  return {
    signals,
    onset: onset ?? null,
    isTrouble: troubled.length > 0 ? "yes" : isReadableAnywhere ? "no" : "cannot-tell",
    isOver: complaints.length > 0 && !complaints.some(({ isStill }) => isStill),
  };
}

/** Operations of an entity as its sources name them, that the complaint means. */
function complainedOperations(scope: Scope, entityId: EntityId, series: readonly Series[]): string[] {
  const known = [...new Set(series.map(({ dimensions }) => dimensions.operation ?? ""))];
  const meant = scope.symptoms.flatMap((each) =>
    each.entityId === entityId && each.operation ? meantOperations(each.operation, known) : [],
  );
  return [...new Set(meant)].sort();
}

function complaintOf(scope: Scope, entityId: EntityId, id: ConceptId): Symptom | undefined {
  return scope.symptoms.find((symptom) => symptom.entityId === entityId && symptom.concept === id);
}

function measure(
  scope: Scope,
  id: ConceptId,
  series: Series,
  observationIds: string[],
  complaint: Symptom | undefined,
): Omit<MeasuredSignal, "operations"> | null {
  const { bad: usually } = conceptDefinition(id);
  // A signal that hurts neither way by itself (a rate) hurts the way that the complaint says.
  const bad = usually === "none" ? (complaint?.direction ?? usually) : usually;
  const least = leastHarm[id] ?? 0;
  const onset = onsetOf(series, { direction: bad === "none" ? "both" : bad, minimumChange: least });
  const baseline = onset ? { ...scope.baseline, to: Math.min(scope.baseline.to, onset.earliest) } : scope.baseline;
  const usual = baseline.to > baseline.from ? baseline : scope.baseline;
  // From onset on; without one, what grows shows best in the last samples, what wavers over two minutes. What began
  // seconds ago shows in neither, so that the complaint's own word for when it began is tried too.
  const starts = onset ? [onset.latest, scope.now - 60_000] : [scope.now - 120_000, scope.now - recentMilliseconds];
  if (complaint && complaint.reportedAt < scope.now) starts.push(complaint.reportedAt);
  const [shift] = starts
    .map((start) => Math.max(Math.min(scope.baseline.to, scope.now - recentMilliseconds), start))
    .flatMap((from) => shiftOf(series, { baseline: usual, window: { from, to: scope.now }, minimumScale: least }) ?? [])
    .sort((left, right) => harmTowards(bad, right) - harmTowards(bad, left));
  if (!shift) return null;
  const harm = harmTowards(bad, shift);
  // Enough cells to be sure of a step count as trouble at a lower z: an onset is evidence of its own.
  const missed = (shift.usual.median - shift.now) * shift.samples * series.stepSeconds;
  const isStopped =
    bad === "down" &&
    shift.ratio !== null &&
    shift.ratio <= stoppedRatio &&
    (shift.samples >= fewestStoppedSamples || (shift.samples >= 3 && missed >= mostMissedByChance));
  const isTrouble =
    Math.abs(shift.difference) >= least && (harm >= troubleZ || isStopped || (onset !== null && harm >= troubleZ / 2));
  const latest = shiftOf(series, {
    baseline: usual,
    window: { from: scope.now - recentMilliseconds, to: scope.now },
    minimumScale: least,
  });
  return {
    entityId: series.entityId,
    concept: id,
    shift,
    harm,
    isTrouble,
    isStill: latest === null || (Math.abs(latest.difference) >= least && harmTowards(bad, latest) >= troubleZ / 2),
    onset: isTrouble && onset ? { earliest: onset.earliest, latest: onset.latest } : null,
    observationIds,
  };
}

/** The usual must end before the trouble began; never cut below six cells, which is no baseline any more. */
export function withOnset(scope: Scope, measured: MeasuredSymptoms): Scope {
  if (!measured.onset) return scope;
  const shortest = 60_000;
  const to = Math.max(scope.baseline.from + shortest, Math.min(scope.baseline.to, measured.onset.earliest));
  return { ...scope, onset: measured.onset, baseline: { ...scope.baseline, to: Math.min(to, scope.baseline.to) } };
}
