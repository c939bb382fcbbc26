import type { Answer, Hypothesis } from "../../core/answer.ts";
import { faultDefinition } from "../../core/fault.ts";
import type { IncidentState } from "../../core/incident.ts";
import type { SuspectView } from "../incident-views.ts";
import { leadingClaims } from "./evidence.ts";
import { type Names, timestamp } from "./references.ts";

/** Every suspect of an answer, likeliest first; what midwatch does not know, and that nothing is wrong, come last. */
export function suspectsOf(answer: Answer, state: IncidentState, names: Names): SuspectView[] {
  const numbered = leadingClaims(answer).map((claim) => claim.id);
  const hypotheses = answer.hypotheses.map((hypothesis, index): SuspectView => {
    const isRejected = state.rejectedHypothesisIds.includes(hypothesis.id);
    return {
      id: hypothesis.id,
      kind: "hypothesis",
      title: `${names(hypothesis.entityId).name}: ${faultDefinition(hypothesis.faultClass).title}`,
      entity: names(hypothesis.entityId),
      probability: hypothesis.probability,
      role:
        index === 0 && answer.verdict === "cause"
          ? "cause"
          : answer.contributingIds.includes(hypothesis.id)
            ? "contributing"
            : "suspect",
      hasDirectObservation: hypothesis.hasDirectObservation,
      for: sentencesFor(hypothesis, answer),
      against: hypothesis.against.map(({ why }) => why),
      waitsFor: null,
      wouldChange: answer.question?.answers.some(({ hypothesisId }) => hypothesisId === hypothesis.id)
        ? answer.question.sentence
        : null,
      evidenceNumbers: hypothesis.claimIds
        .map((id) => numbered.indexOf(id) + 1)
        .filter((number) => number > 0)
        .sort((left, right) => left - right),
      rejected: isRejected ? { person: "a person", why: null, at: timestamp(answer.concludedAt) } : null,
    };
  });
  const rest = (id: "unknown" | "healthy", title: string, probability: number): SuspectView[] =>
    probability < 0.005
      ? []
      : [
          {
            id,
            kind: id,
            title,
            entity: null,
            probability,
            role: "suspect",
            hasDirectObservation: false,
            for: [],
            against: [],
            waitsFor: null,
            wouldChange: null,
            evidenceNumbers: [],
            rejected: null,
          },
        ];
  return [
    ...hypotheses,
    ...rest("unknown", "Something that midwatch does not know", answer.unknownProbability),
    ...rest("healthy", "Nothing is wrong", answer.healthyProbability),
  ];
}

function sentencesFor(hypothesis: Hypothesis, answer: Answer): string[] {
  return hypothesis.claimIds.flatMap((id) =>
    answer.claims.filter((claim) => claim.id === id).map((claim) => claim.sentence),
  );
}
