import type { Answer } from "../core/answer.ts";
import type { EntityId } from "../core/entity.ts";
import { faultDefinition } from "../core/fault.ts";

/** What a person said it is not, goes to "ruled out"; its probability goes to the others in proportion. */
export function respectRejections(answer: Answer, rejectedIds: string[], nameOf: (id: EntityId) => string): Answer {
  const rejected = answer.hypotheses.filter(({ id }) => rejectedIds.includes(id));
  if (rejected.length === 0) return answer;
  const lost = rejected.reduce((sum, { probability }) => sum + probability, 0);
  const scale = lost >= 1 ? 0 : 1 / (1 - lost);
  const hypotheses = answer.hypotheses
    .filter(({ id }) => !rejectedIds.includes(id))
    .map((hypothesis) => ({ ...hypothesis, probability: hypothesis.probability * scale }));
  const unknownProbability = scale === 0 ? 1 : answer.unknownProbability * scale;
  const wasLeading = answer.hypotheses[0] !== undefined && rejectedIds.includes(answer.hypotheses[0].id);
  const rest = { ...answer, hypotheses, unknownProbability, healthyProbability: answer.healthyProbability * scale };
  const ruledOut = [
    ...rejected.map(({ faultClass, entityId }) => ({
      faultClass,
      entityId,
      why: "a person says it is not this",
      checkId: "person",
      observationIds: [],
    })),
    ...answer.ruledOut,
  ];
  if (!wasLeading) return { ...rest, ruledOut };
  const next = hypotheses[0];
  const headline = next
    ? `It is not what seemed likeliest; perhaps ${faultDefinition(next.faultClass).title} at ${nameOf(next.entityId)}`
    : "It is not what seemed likeliest, and nothing else stands out";
  const verdict = next ? "leads" : "unknown";
  return { ...rest, ruledOut, headline, verdict };
}
