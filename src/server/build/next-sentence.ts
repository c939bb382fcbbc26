import type { NextStep } from "../../core/incident.ts";

/** What happens next by itself, for a line of an incident. */
export function nextSentence(step: NextStep): string {
  if (step.kind === "activity") return `${step.name.replaceAll("-", " ")}: ${step.why}`;
  const until = step.until === null ? "" : `, until ${new Date(step.until).toISOString().slice(11, 16)} UTC`;
  return `waits ${step.why}${until}`;
}
