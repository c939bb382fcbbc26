import type { IncidentEventBody } from "../../core/incident-events.ts";
import type { Activity } from "../dependencies.ts";
import { messageAbout, urgencyOf } from "../messages.ts";

/** Calls a person, once for each reason, with everything that is known so far. */
export const escalate: Activity = async (dependencies, incident, { id: activityId, why }) => {
  const { now, commit } = dependencies;
  await commit({
    incidentId: incident.id,
    actor: { kind: "midwatch", part: "escalation" },
    activityId,
    decide: (state) => {
      if (state.turn !== incident.turn) return null;
      const { plan, answer, outcome, undo } = state;
      const isUnsettled = outcome?.result === "unknown" || (undo?.outcome && undo.outcome.result !== "done");
      const message = messageAbout(dependencies, state, {
        matter: `escalated/${state.turn}`,
        urgency: isUnsettled ? "page" : urgencyOf(state),
        title: `${state.title}: ${why}`,
        lines: [
          answer?.headline,
          answer?.impact.sentence,
          plan && `Plan: ${plan.title}`,
          isUnsettled ? `Look at ${plan?.action.target}: ${outcome?.why}` : null,
          answer?.question && `What would decide: ${answer.question.sentence}`,
        ],
      });
      const escalated: IncidentEventBody = { type: "escalated", reason: why, messageKey: message.key };
      const isUnanswered =
        plan && !outcome && state.ruling?.kind === "ask" && !state.approval && now() >= plan.expiresAt;
      if (!isUnanswered) return { events: [escalated], messages: [message] };
      const approval = {
        planId: plan.id,
        planDigest: plan.digest,
        answer: "timed-out" as const,
        person: "nobody",
        why: null,
        via: "api" as const,
        at: now(),
      };
      return { events: [{ type: "approval-given", approval }, escalated], messages: [message] };
    },
  });
};
