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

/**
 * A victim's trouble is real, and explained by somebody else's: its evidence then speaks for that cause. A cause explains
 * no more than its own evidence carries, nothing that surely began before it, and of two that explain each other the
 * likelier one explains the other.
 */
export function explainAway(candidates: readonly Candidate[], { relations }: FusionInput): void {
  const before = new Map(candidates.map((candidate) => [candidate.id, logOddsOf(candidate)]));
  const odds = ({ id }: Candidate) => before.get(id) ?? Number.NEGATIVE_INFINITY;
  const gains = new Map<Candidate, number>();
  for (const victim of candidates) {
    let best: { cause: Candidate; loss: number } | null = null;
    for (const cause of candidates) {
      if (cause === victim || cause.ownStrength < leastStrength || !explains(cause, victim)) continue;
      if (cause.parts.some(({ evidence }) => evidence === "refuted")) continue;
      // Where errors or time arise, nobody explains them, or who reaches that place, who does not reach it himself.
      if ((victim.where.length > 0 || isCovering(victim)) && isUncovered(cause)) continue;
      if (explains(victim, cause) && !yieldsToLoad(cause, victim) && odds(victim) >= odds(cause)) continue;
      if (yieldsToLoad(victim, cause)) continue;
      if (cause.onset && victim.onset && isClearlyBefore(victim.onset, cause.onset)) continue;
      const loss = Math.min(
        largestLoss * evidenceOf(victim),
        cause.ownStrength + Math.max(0, odds(cause) - odds(victim)),
      );
      if (!best || loss > best.loss || (loss === best.loss && odds(cause) > odds(best.cause))) best = { cause, loss };
    }
    if (!best || best.loss <= 0) continue;
    victim.explainedBy = best.cause.id;
    victim.parts.push(part("explained", -best.loss, `explained by ${best.cause.id}`));
    gains.set(best.cause, Math.min(largestGain, (gains.get(best.cause) ?? 0) + gainShare * best.loss));
  }
  for (const [cause, gain] of gains) {
    if (cause.explainedBy === null) cause.parts.push(part("explains", gain, "it explains the trouble of others"));
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

function isCovering({ parts }: Candidate): boolean {
  return parts.some(({ evidence, nats }) => evidence === "coverage" && nats > 0);
}

function isUncovered({ parts }: Candidate): boolean {
  return parts.some(({ evidence, nats }) => evidence === "coverage" && nats < 0);
}

/** All positive evidence, its own and that of the place. */
function evidenceOf({ parts }: Candidate): number {
  return parts
    .filter(({ evidence }) => evidence !== "prior" && evidence !== "path" && evidence !== "onset")
    .reduce((total, { nats }) => total + Math.max(0, nats), 0);
}
