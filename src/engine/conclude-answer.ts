import type { Answer, Claim, Hypothesis, RuledOut } from "../core/answer.ts";
import type { Check } from "../core/check.ts";
import type { FaultClass } from "../core/fault.ts";
import type { CheckAnswer } from "../core/finding.ts";
import { isReadable, type Observation } from "../core/observation.ts";
import type { Scope } from "../core/scope.ts";
import { isSurelyBefore, type OnsetInterval } from "../core/window.ts";
import type { Change } from "../core/workload.ts";
import { drawBlastRadius } from "./blast-radius.ts";
import { type Candidate, fuseHypotheses, logOddsOf } from "./fuse-hypotheses.ts";
import { relateGraph } from "./graph-relations.ts";
import { headlineFor, impactOf } from "./headline.ts";
import { type MeasuredSymptoms, measureSymptoms } from "./measure-symptoms.ts";
import { askOpenQuestion } from "./open-question.ts";
import { classPrior, healthyPrior, unknownPrior } from "./priors.ts";
import { keepSightLedger } from "./sight-ledger.ts";
import { type VerifiedFinding, verifyFindings } from "./verify-findings.ts";

/** Changes with anything that can change an answer: thresholds, tables, checks. */
export const engineVersion = "1";

export type Conclude = {
  scope: Scope;
  answers: readonly CheckAnswer[];
  checks: readonly Check[];
  observations: readonly Observation[];
  rounds: number;
  cutOff: Answer["cutOff"];
};

/** Hypotheses below this are noise on a page. */
const leastShownProbability = 0.005;
const mostShown = 12;
/** UX's "probably" begins at .7; from .6 on, with all conditions met, code lets the word "cause" be used. */
const causeProbability = 0.6;

/** From everything that checks answered to one answer. Pure: all of it follows from scope, answers and observations. */
export function concludeAnswer(input: Conclude): Answer {
  const { scope, answers, observations } = input;
  const measured = measureSymptoms(scope, observations);
  const relations = relateGraph(scope);
  const { kept } = verifyFindings(answers, observations, scope);
  const candidates = fuseHypotheses({ scope, relations, findings: kept, answers, changes: changesIn(observations) });
  const { shares, unknown, healthy } = probabilities(candidates, measured, blindOdds(candidates, input));
  const ranked = candidates
    .map((candidate) => ({ candidate, probability: shares.get(candidate.id) ?? 0 }))
    .sort((left, right) => right.probability - left.probability || (left.candidate.id < right.candidate.id ? -1 : 1));
  const shown = ranked.filter(({ probability }, index) => index < mostShown && probability >= leastShownProbability);
  const claims = numberClaims(
    shown.map(({ candidate }) => candidate),
    kept,
  );
  const hypotheses = shown.map(({ candidate, probability }) => toHypothesis(candidate, probability, claims));
  const verdict = verdictOf(hypotheses, shown, unknown, healthy, scope);
  const top = hypotheses[0] ?? null;
  const impact = impactOf(scope, measured);
  const sight = keepSightLedger(answers, observations, scope, hypotheses);
  const draft = {
    verdict,
    hypotheses,
    unknownProbability: unknown,
    healthyProbability: healthy,
    claims: claims.list,
    impact,
    sight,
  };
  const question = askOpenQuestion(draft, scope);
  return {
    ...draft,
    headline: headlineFor(
      { ...draft, question, leading: leadingClaimId(shown[0]?.candidate, claims) },
      scope,
      changesIn(observations),
    ),
    contributingIds: contributing(
      shown.map(({ candidate }) => candidate),
      hypotheses,
      verdict,
    ),
    ruledOut: ruledOutOf(answers, candidates, shares, kept),
    question,
    onset: onsetOfAnswer(top, scope.onset),
    blastRadius: drawBlastRadius({
      scope,
      relations,
      observations,
      top: verdict === "cause" || verdict === "leads" ? top : null,
    }),
    rounds: input.rounds,
    observationIds: [...new Set(observations.map(({ id }) => id))].sort(),
    cutOff: [...input.cutOff],
    engineVersion,
    calibration: { name: "set by hand from published figures; not calibrated here yet", labels: 0 },
    concludedAt: scope.now,
  };
}

/** Nats that the symptom itself adds to "healthy": seen now, it is not; surely not to be seen, it is. */
const healthyNats = { yes: -6, no: 2.5, "cannot-tell": -1 };
/** When nothing is the matter at the symptom now, faults elsewhere are hardly its cause. */
const recoveredNats = -1.5;

function probabilities(candidates: readonly Candidate[], measured: MeasuredSymptoms, blind: number) {
  const healthyOdds = healthyPrior + healthyNats[measured.isTrouble];
  const adjusted = candidates.map((candidate) => ({
    id: candidate.id,
    odds: logOddsOf(candidate) + (measured.isTrouble === "no" ? recoveredNats : 0),
  }));
  const unknownOdds = Math.log(Math.exp(unknownPrior) + blind);
  const highest = Math.max(unknownOdds, healthyOdds, ...adjusted.map(({ odds }) => odds));
  const weight = (odds: number) => Math.exp(odds - highest);
  const total = adjusted.reduce((sum, { odds }) => sum + weight(odds), weight(unknownOdds) + weight(healthyOdds));
  const shares = new Map(adjusted.map(({ id, odds }) => [id, weight(odds) / total]));
  return { shares, unknown: weight(unknownOdds) / total, healthy: weight(healthyOdds) / total };
}

/** However many classes a missing source keeps open, they are one gap: three suspects' worth, no more. */
const mostBlindSuspects = 3;

/**
 * Odds of suspects that nobody could look for, in a place where the trouble surely arises: they have the place's evidence
 * and none of their own, and their mass is unknown. Elsewhere a gap hides nothing that the symptom points at; a class
 * that another check could look for there is not blind; and what an estate never measures is no more open than usual.
 */
function blindOdds(candidates: readonly Candidate[], { answers, checks, observations }: Conclude): number {
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

type NumberedClaims = { list: Claim[]; idOf: ReadonlyMap<string, string> };

/** The claims of the first hypothesis come first, each by its weight. */
function numberClaims(candidates: readonly Candidate[], findings: readonly VerifiedFinding[]): NumberedClaims {
  const wanted = new Map<string, VerifiedFinding>();
  for (const candidate of candidates) {
    const own = [...candidate.own, ...candidate.where].sort(
      (left, right) => right.logLikelihoodRatio - left.logLikelihoodRatio,
    );
    for (const verified of own) wanted.set(verified.key, verified);
    for (const { key } of candidate.parts) {
      const cited = key && findings.find((verified) => verified.key === key);
      if (cited) wanted.set(cited.key, cited);
    }
  }
  const entries = [...wanted.values()].map((verified, index) => ({ verified, id: `c${index + 1}` }));
  return {
    list: entries.map(({ verified: { finding, result }, id }) => ({
      id,
      sentence: finding.sentence,
      entityId: finding.entityId,
      evidence: finding.evidence,
      predicate: finding.predicate,
      result,
      observationIds: finding.observationIds,
      checkId: finding.checkId,
      onset: finding.onset,
      effect: finding.effect,
    })),
    idOf: new Map(entries.map(({ verified, id }) => [verified.key, id])),
  };
}

/** What says it best: the strongest of a hypothesis's own evidence, not that of the place it shares with others. */
function leadingClaimId(candidate: Candidate | undefined, claims: NumberedClaims): string | null {
  const [best] = (candidate?.own ?? [])
    .filter(({ finding }) => finding.evidence !== "change-in-time" && finding.evidence !== "change-content")
    .sort((left, right) => right.logLikelihoodRatio - left.logLikelihoodRatio);
  return (best && claims.idOf.get(best.key)) ?? null;
}

function toHypothesis(candidate: Candidate, probability: number, claims: NumberedClaims): Hypothesis {
  const keys = [...candidate.own, ...candidate.where].map(({ key }) => key);
  return {
    id: candidate.id,
    faultClass: candidate.faultClass,
    entityId: candidate.entityId,
    probability,
    logOdds: logOddsOf(candidate),
    parts: candidate.parts.map(({ evidence, nats, key, why }) => ({
      evidence,
      logLikelihoodRatio: nats,
      claimId: (key && claims.idOf.get(key)) ?? null,
      why,
    })),
    onset: candidate.onset,
    changeId: candidate.changeId,
    claimIds: keys.flatMap((key) => claims.idOf.get(key) ?? []),
    against: candidate.against,
    hasDirectObservation: candidate.hasDirectObservation,
    path: candidate.path,
  };
}

/**
 * The verdict is made by code: "cause" needs a direct observation on the entity itself, a path to the symptom, and an
 * onset that is not surely after the symptom's. Without them the best there is, is a lead (PEERS 3.1).
 */
function verdictOf(
  hypotheses: readonly Hypothesis[],
  shown: readonly { candidate: Candidate }[],
  unknown: number,
  healthy: number,
  scope: Scope,
): Answer["verdict"] {
  const top = hypotheses[0];
  const best = Math.max(top?.probability ?? 0, unknown, healthy);
  if (!top || best === healthy) return best === healthy ? "healthy" : "unknown";
  if (best === unknown) return "unknown";
  const fitsInTime = !(scope.onset && top.onset && isSurelyBefore(scope.onset, top.onset));
  const isCause =
    top.probability >= causeProbability &&
    // A place is not a cause: where it arises is known, what the matter is, is not.
    top.faultClass !== "unseen-mechanism" &&
    top.hasDirectObservation &&
    top.path !== null &&
    fitsInTime &&
    shown[0]?.candidate.explainedBy === null;
  return isCause ? "cause" : "leads";
}

/** Hypotheses that carry part of it: explained by nobody, likely in themselves, and connected. */
function contributing(
  candidates: readonly Candidate[],
  hypotheses: readonly Hypothesis[],
  verdict: Answer["verdict"],
): string[] {
  if (verdict !== "cause") return [];
  const [first, ...others] = hypotheses;
  return others
    .filter(({ id, faultClass, path, logOdds }) => {
      const candidate = candidates.find((each) => each.id === id);
      const isMechanism = faultClass !== "unseen-mechanism" && path !== null && candidate?.hasDirectObservation;
      const isOwn = candidate?.explainedBy === null || candidate?.explainedBy === first?.id;
      return isMechanism && isOwn && logOdds > unknownPrior;
    })
    .map(({ id }) => id);
}

function ruledOutOf(
  answers: readonly CheckAnswer[],
  candidates: readonly Candidate[],
  shares: ReadonlyMap<string, number>,
  findings: readonly VerifiedFinding[],
): RuledOut[] {
  const alive = new Set(candidates.filter(({ id }) => (shares.get(id) ?? 0) >= 0.05).map(({ id }) => id));
  const fromChecks = answers.flatMap((answer): RuledOut[] =>
    answer.kind === "against"
      ? [
          {
            faultClass: answer.faultClass,
            entityId: answer.entityId,
            why: answer.why,
            checkId: answer.checkId,
            observationIds: answer.observationIds,
          },
        ]
      : [],
  );
  const fromFindings = findings.flatMap(({ finding }) =>
    finding.refutes.map(({ faultClass, entityId, why }) => ({
      faultClass,
      entityId,
      why,
      checkId: finding.checkId,
      observationIds: finding.observationIds,
    })),
  );
  const tooLate = candidates.flatMap(({ faultClass, entityId, against, id }) =>
    alive.has(id)
      ? []
      : against
          .filter(({ checkId }) => checkId === "onset")
          .map(({ why, checkId, observationIds }) => ({ faultClass, entityId, why, checkId, observationIds })),
  );
  const seen = new Set<string>();
  return [...fromFindings, ...tooLate, ...fromChecks].filter(({ faultClass, entityId, why }) => {
    const key = `${faultClass}@${entityId} ${why}`;
    if (seen.has(key) || alive.has(`${faultClass}@${entityId}`)) return false;
    seen.add(key);
    return true;
  });
}

function onsetOfAnswer(top: Hypothesis | null, symptom: OnsetInterval | null): OnsetInterval | null {
  return top?.onset ?? symptom;
}

function changesIn(observations: readonly Observation[]): Change[] {
  const found = new Map<string, Change>();
  for (const observation of observations) {
    if (!isReadable(observation) || observation.body?.kind !== "changes") continue;
    for (const change of observation.body.changes) found.set(change.id, change);
  }
  return [...found.values()].sort((left, right) => left.at - right.at || (left.id < right.id ? -1 : 1));
}
