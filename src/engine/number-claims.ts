import type { Claim, Hypothesis } from "../core/answer.ts";
import { type Candidate, logOddsOf } from "./candidate.ts";
import type { VerifiedFinding } from "./verify-findings.ts";

type NumberedClaims = { list: Claim[]; idOf: ReadonlyMap<string, string> };

/** The claims of the first hypothesis come first, each by its weight. */
export function numberClaims(candidates: readonly Candidate[], findings: readonly VerifiedFinding[]): NumberedClaims {
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
export function leadingClaimId(candidate: Candidate | undefined, claims: NumberedClaims): string | null {
  const [best] = (candidate?.own ?? [])
    .filter(({ finding }) => finding.evidence !== "change-in-time" && finding.evidence !== "change-content")
    .sort((left, right) => right.logLikelihoodRatio - left.logLikelihoodRatio);
  return (best && claims.idOf.get(best.key)) ?? null;
}

export function toHypothesis(candidate: Candidate, probability: number, claims: NumberedClaims): Hypothesis {
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
