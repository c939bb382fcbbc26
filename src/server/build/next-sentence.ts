import type { NextStep } from "../../core/incident.ts";
import type { Instant } from "../../core/window.ts";

/** What happens next by itself, for a line of an incident. A time that is over is not named: it would be a promise broken. */
export function nextSentence(step: NextStep, now: Instant): string {
  if (step.kind === "activity") return `${step.name.replaceAll("-", " ")}: ${step.why}`;
  const isClause = /^(for|until) /.test(step.why);
  const isAhead = step.until !== null && step.until > now;
  const until = isAhead ? `, until ${new Date(step.until!).toISOString().slice(11, 16)} UTC` : "";
  return `waits${isClause ? "" : ":"} ${step.why}${until}`;
}
