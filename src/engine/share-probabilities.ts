import type { ToldClaim } from "../core/answer.ts";
import type { Check } from "../core/check.ts";
import type { FaultClass } from "../core/fault.ts";
import type { CheckAnswer } from "../core/finding.ts";
import type { Observation } from "../core/observation.ts";
import { type Candidate, logOddsOf } from "./candidate.ts";
import type { MeasuredSymptoms } from "./measure-symptoms.ts";
import { classPrior, healthyPrior, unknownPrior } from "./priors.ts";

type Seen = { answers: readonly CheckAnswer[]; checks: readonly Check[]; observations: readonly Observation[] };

/** Nats that the symptom itself adds to "healthy": seen now, it is not; surely not to be seen, it is. */
const healthyNats = { yes: -6, no: 2.5, "cannot-tell": -1 };
/**
 * The same where nobody could measure, by what was told: beyond a bound that was told with it, a rule or a person has
 * counted, and is wrong about once in twenty; a number or a server's error without a bound may still be usual. Less than
 * what is measured, whichever way that goes. Priors, set by hand.
 */
const toldNats = { beyond: -3, figure: -2 };
/** The whole is as usual, and nobody could measure the part that was complained about: neither speaks louder. */
const otherMeasureNats = 0;
/** When nothing is the matter at the symptom now, faults elsewhere are hardly its cause. */
const recoveredNats = -1.5;

/** Shares of all hypotheses, of what is unknown and of health: together 1 (METHODS 6). */
export function shareProbabilities(
  candidates: readonly Candidate[],
  { measured, told }: { measured: MeasuredSymptoms; told: readonly ToldClaim[] },
  seen: Seen,
) {
  const healthyOdds = healthyPrior + natsOfHealth(measured, told);
  const adjusted = candidates.map((candidate) => ({
    id: candidate.id,
    odds: logOddsOf(candidate) + (measured.isTrouble === "no" ? recoveredNats : 0),
  }));
  const unknownOdds = Math.log(Math.exp(unknownPrior) + blindOdds(candidates, seen));
  const highest = Math.max(unknownOdds, healthyOdds, ...adjusted.map(({ odds }) => odds));
  const weight = (odds: number) => Math.exp(odds - highest);
  const total = adjusted.reduce((sum, { odds }) => sum + weight(odds), weight(unknownOdds) + weight(healthyOdds));
  const shares = new Map(adjusted.map(({ id, odds }) => [id, weight(odds) / total]));
  return { shares, unknown: weight(unknownOdds) / total, healthy: weight(healthyOdds) / total };
}

function natsOfHealth({ isTrouble }: MeasuredSymptoms, told: readonly ToldClaim[]): number {
  const beyond = told.filter(({ isBeyond }) => isBeyond === true);
  if (isTrouble === "cannot-tell") {
    if (beyond.length > 0) return toldNats.beyond;
    const isFigure = told.some(({ isBeyond, concept }) => isBeyond === null || concept === null);
    return isFigure ? toldNats.figure : healthyNats["cannot-tell"];
  }
  const isUnmeasured =
    beyond.length > 0 && beyond.every(({ measured }) => (measured?.fit ?? "other-measure") === "other-measure");
  return isTrouble === "no" && isUnmeasured ? otherMeasureNats : healthyNats[isTrouble];
}

/** However many classes a missing source keeps open, they are one gap: three suspects' worth, no more. */
const mostBlindSuspects = 3;

/**
 * Odds of suspects that nobody could look for, in a place where the trouble surely arises: they have the place's evidence
 * and none of their own, and their mass is unknown. Elsewhere a gap hides nothing that the symptom points at; a class
 * that another check could look for there is not blind; and what an estate never measures is no more open than usual.
 */
function blindOdds(candidates: readonly Candidate[], { answers, checks, observations }: Seen): number {
  const refused = new Set(
    observations.filter(({ status }) => status === "denied" || status === "failed").map(({ id }) => id),
  );
  const classesOf = new Map(checks.map(({ id, faultClasses }) => [id, faultClasses]));
  const looked = new Set(
    answers.flatMap((answer) => {
      if (answer.kind === "against") return [`${answer.faultClass}@${answer.entityId}`];
      if (answer.kind !== "quiet") return [];
      return (classesOf.get(answer.checkId) ?? []).map((faultClass) => `${faultClass}@${answer.entityId}`);
    }),
  );
  const known = new Set(candidates.map(({ id }) => id));
  let total = 0;
  for (const { faultClass: placeOnly, entityId, ownStrength } of candidates) {
    if (placeOnly !== "unseen-mechanism" || ownStrength < 1) continue;
    const suspects = new Set<FaultClass>();
    for (const answer of answers) {
      if (answer.kind !== "unknown" || answer.entityId !== entityId) continue;
      if (!answer.observationIds.some((id) => refused.has(id))) continue;
      for (const faultClass of answer.faultClasses) {
        const id = `${faultClass}@${entityId}`;
        if (!known.has(id) && !looked.has(id)) suspects.add(faultClass);
      }
    }
    const odds = [...suspects].map((faultClass) => Math.exp(classPrior(faultClass) + ownStrength));
    const strongest = odds.sort((left, right) => right - left).slice(0, mostBlindSuspects);
    total += strongest.reduce((sum, each) => sum + each, 0);
  }
  return total;
}
