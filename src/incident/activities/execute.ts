import { executeKey } from "../../doors/act.ts";
import type { Activity } from "../dependencies.ts";
import { messageAbout } from "../messages.ts";

/**
 * Lets the hand carry the plan out. However often this is repeated, the journal knows the plan's one key. When a person
 * has taken the incident over meanwhile, what the hand has not begun is taken back.
 */
export const execute: Activity = async (dependencies, incident, { id: activityId }) => {
  const { commit, act } = dependencies;
  const { plan, id: incidentId } = incident;
  if (!plan) return;
  const actor = { kind: "midwatch", part: "execution" } as const;
  const idempotencyKey = executeKey(plan.id);
  const { state: begun } = await commit({
    incidentId,
    actor,
    activityId: `${activityId}#start`,
    decide: (state) =>
      state.turn === incident.turn && !state.execution && !state.takenOverBy
        ? { events: [{ type: "execution-started", planId: plan.id, idempotencyKey }] }
        : null,
  });
  if (begun.plan?.id !== plan.id || !begun.execution || begun.outcome) return;
  const request = { incidentId, plan, reason: incident.answer?.headline ?? incident.title };
  const outcome = begun.takenOverBy
    ? await act.withdraw({ ...request, reason: `${begun.takenOverBy} took it over` })
    : await act.execute(request);
  await commit({
    incidentId,
    actor,
    activityId,
    decide: (state) => {
      // Recorded whatever happened meanwhile: the effect is in the world.
      if (state.plan?.id !== plan.id || state.outcome) return null;
      const message = messageAbout(dependencies, state, {
        matter: `executed/${plan.id}`,
        urgency: "notice",
        title: outcome.result === "done" ? `Done: ${plan.title}` : `Not done: ${plan.title}`,
        lines: [outcome.result === "done" ? "Now it is measured whether it helps." : outcome.why],
      });
      const messages = outcome.result === "unknown" ? [] : [message];
      return { events: [{ type: "execution-finished", outcome }], messages };
    },
  });
};
