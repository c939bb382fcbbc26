import { decide } from "../../policy/decide.ts";
import type { Activity } from "../dependencies.ts";
import { messageAbout, urgencyOf } from "../messages.ts";

/** May the plan be carried out? Takes an expired plan back instead. */
export const consultPolicy: Activity = async (dependencies, incident, { id: activityId }) => {
  const { now, commit, observe, gatherFacts } = dependencies;
  const { plan, answer, id: incidentId } = incident;
  if (!plan) return;
  const actor = { kind: "midwatch", part: "policy" } as const;
  if (now() >= plan.expiresAt) {
    await commit({
      incidentId,
      actor,
      activityId,
      decide: (state) =>
        state.turn === incident.turn
          ? { events: [{ type: "plan-withdrawn", planId: plan.id, reason: "the proposal expired" }] }
          : null,
    });
    return;
  }
  const window = { from: now(), to: now() };
  const entities = [plan.action.entityId];
  const seen = await observe({ kind: "workloads", entities, window }, { incidentId, maxAgeSeconds: 60 });
  const workloads = seen.body?.kind === "workloads" ? seen.body.workloads : [];
  const workload = workloads.find(({ entityId }) => entityId === plan.action.entityId) ?? null;
  const probability = answer?.hypotheses.find(({ id }) => id === plan.hypothesisId)?.probability ?? null;
  const ruling = decide(plan.action, await gatherFacts({ action: plan.action, plan, workload, probability }));
  await commit({
    incidentId,
    actor,
    activityId,
    decide: (state) => {
      if (state.turn !== incident.turn) return null;
      const denied = messageAbout(dependencies, state, {
        matter: `denied/${plan.action.kind}/${plan.action.target}`,
        urgency: urgencyOf(state),
        title: answer?.headline ?? state.title,
        lines: [answer?.impact.sentence, `midwatch would: ${plan.title}. It may not: ${ruling.why}.`],
      });
      return {
        events: [{ type: "ruling-given", planId: plan.id, ruling }],
        messages: ruling.kind === "deny" ? [denied] : [],
      };
    },
  });
};
