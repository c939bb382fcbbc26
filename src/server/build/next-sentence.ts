import type { ActivityName, IncidentState, NextStep } from "../../core/incident.ts";
import type { Instant } from "../../core/window.ts";

/**
 * What happens next by itself, for a line of an incident; null where its phase says it already: it waits for approval, and
 * until when stands with the fix. A time that is over is not named: it would be a promise broken.
 */
export function nextSentence(
  step: NextStep,
  now: Instant,
  { plan, noSafeAction }: Pick<IncidentState, "plan" | "noSafeAction">,
): string | null {
  if (step.kind === "activity") return activitySentences[step.name];
  if (plan && step.why === "for a person's approval") return null;
  const isAhead = step.until !== null && step.until > now;
  const clock = isAhead ? `${new Date(step.until!).toISOString().slice(11, 16)} UTC` : null;
  // The whole sentence stands in the place of the fix.
  if (noSafeAction && step.why === noSafeAction.sentence)
    return `no safe action is known${clock ? `; looks again at ${clock}` : ""}`;
  if (step.why.startsWith("until ")) return `waits ${step.why}${clock ? `, at ${clock}` : ""}`;
  const isClause = step.why.startsWith("for ");
  return `waits${isClause ? "" : ":"} ${step.why}${clock ? `; looks again at ${clock}` : ""}`;
}

const activitySentences: Record<ActivityName, string> = {
  "investigate-round": "about to look again",
  propose: "looking for a fix",
  "consult-policy": "asking policy about the fix",
  "request-approval": "about to ask a person",
  execute: "about to act",
  verify: "about to measure whether it helped",
  undo: "about to undo",
  escalate: "about to call a person",
  "look-for-traffic": "about to see whether traffic flows",
  "write-report": "about to write the report",
  close: "about to be closed",
};
