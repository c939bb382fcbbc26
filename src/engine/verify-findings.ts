import { evaluatePredicate } from "../analysis/evaluate-predicate.ts";
import type { CheckAnswer, Finding } from "../core/finding.ts";
import type { Observation } from "../core/observation.ts";
import type { PredicateResult } from "../core/predicate.ts";
import type { Scope } from "../core/scope.ts";
import { logLikelihoodRatio } from "./evidence-table.ts";

/** A finding whose predicate was asked again on the observations that it cites. */
export type VerifiedFinding = {
  /** Position among all verified findings: names it while an answer is made. */
  key: string;
  finding: Finding;
  result: PredicateResult;
  /** Nats, before groups and caps. Half where the predicate cannot be decided on what was stored. */
  logLikelihoodRatio: number;
};

export type Verified = { kept: VerifiedFinding[]; dropped: Finding[] };

/** What code cannot confirm on stored observations does not count: false findings are dropped (METHODS 9). */
export function verifyFindings(
  answers: readonly CheckAnswer[],
  observations: readonly Observation[],
  scope: Scope,
): Verified {
  const byId = new Map(observations.map((observation) => [observation.id, observation]));
  const kept: VerifiedFinding[] = [];
  const dropped: Finding[] = [];
  for (const answer of answers) {
    if (answer.kind !== "finding") continue;
    const { finding } = answer;
    const cited = finding.observationIds.flatMap((id) => byId.get(id) ?? []);
    const result = evaluatePredicate(finding.predicate, cited, scope.edges);
    if (result === "false" || !Number.isFinite(finding.effect)) {
      dropped.push(finding);
      continue;
    }
    const full = logLikelihoodRatio(finding.evidence, finding.effect);
    kept.push({
      key: `${finding.checkId} ${finding.entityId} ${finding.faultClass ?? ""} ${finding.evidence} ${kept.length}`,
      finding,
      result,
      logLikelihoodRatio: result === "true" ? full : full / 2,
    });
  }
  return { kept, dropped };
}
