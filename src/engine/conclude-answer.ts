import type { Answer, Hypothesis, RuledOut } from "../core/answer.ts";
import type { Check } from "../core/check.ts";
import type { CheckAnswer } from "../core/finding.ts";
import { isReadable, type Observation } from "../core/observation.ts";
import type { Scope } from "../core/scope.ts";
import { isClearlyBefore, type OnsetInterval } from "../core/window.ts";
import type { Change } from "../core/workload.ts";
import { drawBlastRadius } from "./blast-radius.ts";
import type { Candidate } from "./candidate.ts";
import { compareTold } from "./compare-told.ts";
import { fuseHypotheses } from "./fuse-hypotheses.ts";
import { relateGraph } from "./graph-relations.ts";
import { headlineFor, impactOf } from "./headline.ts";
import { measureSymptoms } from "./measure-symptoms.ts";
import { leadingClaimId, numberClaims, toHypothesis } from "./number-claims.ts";
import { askOpenQuestion } from "./open-question.ts";
import { unknownPrior } from "./priors.ts";
import { shareProbabilities } from "./share-probabilities.ts";
import { keepSightLedger } from "./sight-ledger.ts";
import { isAboutUnknown, sightOfUnknown } from "./sight-of-unknown.ts";
import { type VerifiedFinding, verifyFindings } from "./verify-findings.ts";

/** Changes with anything that can change an answer: thresholds, tables, checks. */
export const engineVersion = "1";

type Conclude = {
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
  const told = compareTold(scope, observations);
  const { shares, unknown, healthy } = shareProbabilities(candidates, { measured, told }, input);
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
  const sight = isAboutUnknown(scope)
    ? sightOfUnknown(input.checks, scope, observations)
    : keepSightLedger(answers, observations, scope, hypotheses);
  const impact = impactOf(scope, measured, sight);
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
  const onset = onsetOfAnswer(top, scope.onset);
  const toldOnset = onset === null && verdict !== "healthy" ? toldSince(scope) : null;
  return {
    ...draft,
    ...(told.length > 0 ? { told } : {}),
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
    onset: onset ?? toldOnset,
    ...(toldOnset ? { isOnsetTold: true } : {}),
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
  const fitsInTime = !(scope.onset && top.onset && isClearlyBefore(scope.onset, top.onset));
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

function toldSince({ told = [] }: Scope): OnsetInterval | null {
  return told.find(({ since }) => since !== null)?.since ?? null;
}

function changesIn(observations: readonly Observation[]): Change[] {
  const found = new Map<string, Change>();
  for (const observation of observations) {
    if (!isReadable(observation) || observation.body?.kind !== "changes") continue;
    for (const change of observation.body.changes) found.set(change.id, change);
  }
  return [...found.values()].sort((left, right) => left.at - right.at || (left.id < right.id ? -1 : 1));
}
