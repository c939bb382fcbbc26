import type { FaultClass } from "../core/fault.ts";
import { isClearlyBefore } from "../core/window.ts";
import { type Candidate, type FusionInput, logOddsOf, part } from "./candidate.ts";
import { isExplained } from "./graph-relations.ts";

/** Weaker than this a hypothesis explains nothing but noise. */
const leastStrength = 1;
/** How much of its own evidence a victim loses at most. */
const largestLoss = 0.9;
/** What explaining a victim adds to the cause, of the victim's own strength; and in all. */
const gainShare = 0.2;
const largestGain = 1.5;

type Explanation = { victim: Candidate; cause: Candidate; loss: number };

/**
 * A victim's trouble is real, and explained by somebody else's: its evidence then speaks for that cause. A cause explains
 * no more than its own evidence carries, nothing that surely began before it, and of two that explain each other the
 * likelier one explains the other. Nothing explains itself through others: the strongest explanations come first, and
 * one that would lead back to its victim gives way to the victim's next.
 */
export function explainAway(candidates: readonly Candidate[], { relations }: FusionInput): void {
  const before = new Map(candidates.map((candidate) => [candidate.id, logOddsOf(candidate)]));
  const odds = ({ id }: Candidate) => before.get(id) ?? Number.NEGATIVE_INFINITY;
  const gains = new Map<Candidate, number>();
  for (const { victim, cause, loss } of acyclic(explanations())) {
    victim.explainedBy = cause.id;
    victim.parts.push(part("explained", -loss, `explained by ${cause.id}`));
    gains.set(cause, Math.min(largestGain, (gains.get(cause) ?? 0) + gainShare * loss));
  }
  for (const [cause, gain] of gains) {
    if (cause.explainedBy === null) cause.parts.push(part("explains", gain, "it explains the trouble of others"));
  }

  /** All that hold, the strongest first; of equal ones that by the likelier cause. */
  function explanations(): Explanation[] {
    const found: Explanation[] = [];
    for (const victim of candidates) {
      for (const cause of candidates) {
        if (cause === victim || !mayExplain(cause, victim)) continue;
        const carried = cause.ownStrength + sharedCoverage(cause, victim);
        const loss = Math.min(largestLoss * evidenceOf(victim), carried + Math.max(0, odds(cause) - odds(victim)));
        if (loss > 0) found.push({ victim, cause, loss });
      }
    }
    return found.sort((left, right) => right.loss - left.loss || odds(right.cause) - odds(left.cause));
  }

  function mayExplain(cause: Candidate, victim: Candidate): boolean {
    if (cause.ownStrength < leastStrength || !explains(cause, victim)) return false;
    if (cause.parts.some(({ evidence }) => evidence === "refuted")) return false;
    // Where errors or time arise, nobody explains them, or who reaches that place, who does not reach it himself.
    if ((victim.where.length > 0 || isCovering(victim)) && isUncovered(cause)) return false;
    if (explains(victim, cause) && !yieldsToLoad(cause, victim) && odds(victim) >= odds(cause)) return false;
    if (yieldsToLoad(victim, cause)) return false;
    return !(cause.onset && victim.onset && isClearlyBefore(victim.onset, cause.onset));
  }

  function explains(cause: Candidate, victim: Candidate): boolean {
    if (cause.changeId !== null && cause.changeId === victim.changeId && cause.changeKeys.length > 0) {
      // A mechanism with its trigger says all that the trigger alone says.
      if (
        victim.own.every(({ finding }) => finding.changeId === cause.changeId) &&
        victim.faultClass !== cause.faultClass
      ) {
        return cause.ownStrength > 0 && victim.own.length > 0 && cause.changeKeys.includes(victim.id);
      }
    }
    return (
      cause.own.some(
        ({ finding }) => finding.explains.includes(victim.entityId) && cause.entityId !== victim.entityId,
      ) || isExplained(relations, cause, victim)
    );
  }
}

/** The first explanation of each victim that does not lead back to it. */
function acyclic(explanations: readonly Explanation[]): Explanation[] {
  const chosen = new Map<Candidate, Explanation>();
  for (const explanation of explanations) {
    if (chosen.has(explanation.victim)) continue;
    let root = explanation.cause;
    for (let next = chosen.get(root); next; next = chosen.get(root)) root = next.cause;
    if (root !== explanation.victim) chosen.set(explanation.victim, explanation);
  }
  return [...chosen.values()];
}

/** Full for want of room, the work for each request unchanged: these follow from load wherever load rose. */
const followsFromLoad: FaultClass[] = [
  "cpu-limit-too-low",
  "pool-exhausted",
  "database-overloaded",
  "queue-backlog",
  "rate-limited",
];
/** Load that is up by half or more, by the evidence table. */
const leastLoadStrength = 1.5;

function yieldsToLoad(load: Candidate, victim: Candidate): boolean {
  const isLoad = load.faultClass === "traffic-surge" || load.faultClass === "retry-storm";
  return isLoad && load.ownStrength >= leastLoadStrength && followsFromLoad.includes(victim.faultClass);
}

function isCovering(candidate: Candidate): boolean {
  return coverageOf(candidate) > 0;
}

/** Two mechanisms of one entity reach the same place: what that says for the victim is no news beside its cause. */
function sharedCoverage(cause: Candidate, victim: Candidate): number {
  if (cause.entityId !== victim.entityId) return 0;
  return Math.max(0, Math.min(coverageOf(cause), coverageOf(victim)));
}

function isUncovered(candidate: Candidate): boolean {
  return coverageOf(candidate) < 0;
}

function coverageOf({ parts }: Candidate): number {
  return parts.find(({ evidence }) => evidence === "coverage")?.nats ?? 0;
}

/** All positive evidence, its own and that of the place. */
function evidenceOf({ parts }: Candidate): number {
  return parts
    .filter(({ evidence }) => evidence !== "prior" && evidence !== "path" && evidence !== "onset")
    .reduce((total, { nats }) => total + Math.max(0, nats), 0);
}
