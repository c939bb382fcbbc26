import type {
  AnswerRequest,
  ApproveRequest,
  ContextRequest,
  IncidentView,
  NotThisRequest,
  PlanView,
  RecheckRequest,
  RecheckView,
} from "../../../../src/server/incident-views.ts";
import { type ApiError, postJson } from "../../data/api.ts";
import { putResource } from "../../data/resources.ts";

/** What a person can do to an incident. Each answers the error, or null when it is done and the page shows it. */
export type IncidentActions = ReturnType<typeof incidentActions>;

export function incidentActions(incidentId: string) {
  const path = `/incidents/${encodeURIComponent(incidentId)}`;
  const send = async (verb: string, body: unknown): Promise<ApiError | null> => {
    const answer = await postJson<IncidentView>(`${path}/${verb}`, body);
    if (!answer.ok) return answer.error;
    putResource<IncidentView>(path, () => answer.body);
    return null;
  };
  return {
    decide: (plan: PlanView, answer: ApproveRequest["answer"], why: string | null) =>
      send("approve", { planId: plan.id, planDigest: plan.digest, answer, why } satisfies ApproveRequest),
    takeOver: () => send("take-over", {}),
    handBack: () => send("hand-back", {}),
    rejectCause: (hypothesisId: string, why: string | null) =>
      send("not-this", { hypothesisId, why } satisfies NotThisRequest),
    answer: (question: string, word: string) => send("answer", { question, word } satisfies AnswerRequest),
    addContext: (text: string) => send("context", { text } satisfies ContextRequest),
    recheck: async (claimId: string): Promise<ApiError | null> => {
      const answer = await postJson<RecheckView>(`${path}/recheck`, { claimId } satisfies RecheckRequest);
      if (!answer.ok) return answer.error;
      putResource<IncidentView>(path, (incident) => incident && withRecheck(incident, claimId, answer.body));
      return null;
    },
  };
}

/** The answer stands beside the sentence; the stored check stays as it was. */
function withRecheck(incident: IncidentView, claimId: string, recheck: RecheckView): IncidentView {
  const evidence = incident.evidence.map((item) => (item.claimId === claimId ? { ...item, recheck } : item));
  return { ...incident, evidence };
}
