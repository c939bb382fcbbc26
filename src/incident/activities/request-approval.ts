import type { Activity } from "../dependencies.ts";
import { messageAbout, urgencyOf } from "../messages.ts";

/** Asks people. The answer comes as an event, minutes or days later; nothing runs meanwhile. */
export const requestApproval: Activity = async (dependencies, incident, { id: activityId }) => {
  const { plan, ruling, answer } = incident;
  if (!plan) return;
  await dependencies.commit({
    incidentId: incident.id,
    actor: { kind: "midwatch", part: "approvals" },
    activityId,
    decide: (state) => {
      if (state.turn !== incident.turn) return null;
      const { digest, expiresAt } = plan;
      const message = messageAbout(dependencies, state, {
        matter: `approval/${plan.action.kind}/${plan.action.target}/${incident.attempts.filter(({ outcome }) => outcome).length}`,
        urgency: urgencyOf(state),
        title: `${answer?.headline ?? state.title} — approve: ${plan.title}?`,
        lines: [
          answer?.impact.sentence,
          `Would do: ${plan.title}. ${plan.blastRadius.sentence}`,
          `Undo: ${plan.inverseSentence}`,
          `Why you: ${ruling?.why ?? "policy asks a person"}.`,
          `Holds until ${new Date(expiresAt).toISOString().slice(0, 16)}Z; if nobody answers nothing is changed.`,
        ],
      });
      return {
        events: [{ type: "approval-requested", planId: plan.id, planDigest: digest, expiresAt }],
        messages: [message],
      };
    },
  });
};
