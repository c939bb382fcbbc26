import type { IncidentEventBody } from "../../core/incident-events.ts";
import type { Activity } from "../dependencies.ts";
import { messageAbout } from "../messages.ts";

/** Ends an incident as its exit condition said. A proposal that still waited ends with it. */
export const close: Activity = async (dependencies, incident, { id: activityId, why }) => {
  const { commit, act } = dependencies;
  if (incident.plan && incident.outcome?.result === "done") await act.disarm(incident.plan, why);
  await commit({
    incidentId: incident.id,
    actor: { kind: "midwatch", part: "watch" },
    activityId,
    decide: (state) => {
      if (state.turn !== incident.turn || state.closed) return null;
      const { plan, execution } = state;
      const withdrawn: IncidentEventBody[] =
        plan && !execution ? [{ type: "plan-withdrawn", planId: plan.id, reason: "the incident is over" }] : [];
      const message = messageAbout(dependencies, state, {
        matter: "closed",
        urgency: "notice",
        title: `Over: ${state.answer?.headline ?? state.title}`,
        lines: [why, "The report is written."],
      });
      return { events: [...withdrawn, { type: "incident-closed", reason: why }], messages: [message] };
    },
  });
};
