import { undoKey } from "../../doors/act.ts";
import type { Activity } from "../dependencies.ts";
import { messageAbout } from "../messages.ts";

/** Puts the captured state back, by the hand, under policy, once. */
export const undo: Activity = async (dependencies, incident, { id: activityId, why }) => {
  const { commit, act } = dependencies;
  const { plan, id: incidentId } = incident;
  if (!plan) return;
  const actor = { kind: "midwatch", part: "execution" } as const;
  const idempotencyKey = undoKey(plan.id);
  const { state: begun } = await commit({
    incidentId,
    actor,
    activityId: `${activityId}#start`,
    decide: (state) =>
      state.turn === incident.turn && !state.undo
        ? { events: [{ type: "undo-started", planId: plan.id, idempotencyKey, reason: why }] }
        : null,
  });
  if (begun.plan?.id !== plan.id || !begun.undo || begun.undo.outcome) return;
  await act.disarm(plan, "it is undone now");
  const { reason } = begun.undo;
  const outcome = await act.undo({ incidentId, plan, reason });
  await commit({
    incidentId,
    actor,
    activityId,
    decide: (state) => {
      if (state.plan?.id !== plan.id || state.undo?.outcome) return null;
      const isDone = outcome.result === "done";
      const message = messageAbout(dependencies, state, {
        matter: `undone/${plan.id}`,
        urgency: "notice",
        title: isDone ? `Undone: ${plan.title}` : `Not undone: ${plan.title}`,
        lines: [reason, isDone ? plan.inverseSentence : outcome.why],
      });
      return { events: [{ type: "undo-finished", outcome }], messages: [message] };
    },
  });
};
