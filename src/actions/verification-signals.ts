import type { Answer } from "../core/answer.ts";
import { type ConceptId, conceptDefinition, feltConcepts, type Statistic } from "../core/concept.ts";
import type { VerificationPlan } from "../core/plan.ts";
import type { Predicate } from "../core/predicate.ts";
import type { Symptom } from "../core/scope.ts";

type Signal = VerificationPlan["signals"][number];

const mostPrimaries = 4;
const mostOfCause = 2;

/**
 * What decides whether a fix helped, chosen before it runs: of the complaint's own signals those that users feel, and
 * where they feel none the others (what runs full stays full under load that is served well); where the complaint names
 * none, errors and latency at the symptom. What the evidence on the cause rests on tells whether the cause is gone, and
 * errors of what is touched guard against harm. Bounded: each signal is a query every few seconds.
 */
export function verificationSignals(answer: Answer, symptoms: Symptom[], touchedEntityId: string): Signal[] {
  const signals: Signal[] = [];
  const count = (role: Signal["role"]) => signals.filter((signal) => signal.role === role).length;
  const add = (role: Signal["role"], of: Pick<Signal, "entityId" | "statistic" | "direction">, concept: ConceptId) => {
    if (signals.some((signal) => signal.entityId === of.entityId && signal.concept === concept)) return;
    if (count(role) === (role === "primary" ? mostPrimaries : mostOfCause)) return;
    signals.push({ ...of, concept, minimumEffect: minimumEffect(answer, concept), role });
  };
  const isFelt = ({ concept }: Symptom) => concept !== null && feltConcepts.includes(concept);
  const complaints = symptoms.some(isFelt) ? symptoms.filter(isFelt) : symptoms;
  for (const { entityId, concept, direction } of complaints) {
    if (concept === null || direction === null) continue;
    add("primary", { entityId, statistic: usualStatistic(concept), direction: opposite(direction) }, concept);
  }
  if (signals.length === 0) {
    for (const { entityId } of symptoms.slice(0, 2)) {
      add("primary", { entityId, statistic: "mean", direction: "down" }, "request.error_ratio");
      add("primary", { entityId, statistic: "p95", direction: "down" }, "request.latency");
    }
  }
  const cause = answer.hypotheses[0];
  for (const claim of answer.claims) {
    if (claim.entityId !== cause?.entityId || !cause.claimIds.includes(claim.id)) continue;
    for (const { entityId, concept, statistic } of readingsOf(claim.predicate)) {
      const { bad } = conceptDefinition(concept);
      if (bad === "up" || bad === "down") add("cause", { entityId, statistic, direction: opposite(bad) }, concept);
    }
  }
  const guarded: ConceptId = "request.error_ratio";
  const isWatched = signals.some(({ entityId, concept }) => entityId === touchedEntityId && concept === guarded);
  const guard: Signal = {
    entityId: touchedEntityId,
    concept: guarded,
    statistic: "mean",
    direction: "down",
    minimumEffect: 0.01,
    role: "guard",
  };
  return isWatched ? signals : [...signals, guard];
}

/** Half of what is too much now: less would not be a recovery that anybody notices. */
function minimumEffect({ impact }: Answer, concept: ConceptId): number {
  const half = (now: number | null, usual: number | null) => (now === null ? null : Math.abs(now - (usual ?? 0)) / 2);
  if (concept === "request.error_ratio")
    return Math.max(half(impact.failingRatio, impact.usualFailingRatio) ?? 0.01, 0.001);
  if (concept === "request.latency")
    return Math.max(half(impact.latencySeconds, impact.usualLatencySeconds) ?? 0.05, 0.001);
  return 0; // compared with a share of the level before, see `analysis/verification`
}

function readingsOf(predicate: Predicate): { entityId: string; concept: ConceptId; statistic: Statistic }[] {
  switch (predicate.kind) {
    case "value":
    case "changed":
    case "trend":
      return [predicate];
    case "all":
      return predicate.of.flatMap(readingsOf);
    default:
      return [];
  }
}

function usualStatistic(concept: ConceptId): Statistic {
  if (concept === "request.latency" || concept === "call.latency") return "p95";
  return conceptDefinition(concept).kind === "rate" ? "rate" : "mean";
}

function opposite(direction: "up" | "down"): "up" | "down" {
  return direction === "up" ? "down" : "up";
}
