import type { IncidentState } from "../core/incident.ts";
import type { Message } from "../core/message.ts";
import type { IncidentDependencies } from "./dependencies.ts";

/**
 * Something to say about an incident. The matter makes the key: the same matter is said once (a page until somebody
 * acknowledges it). Text from outside is made harmless by the door.
 */
export function messageAbout(
  { now, linkTo }: Pick<IncidentDependencies, "now" | "linkTo">,
  incident: IncidentState,
  what: { matter: string; urgency: Message["urgency"]; title: string; lines: (string | null | undefined)[] },
): Message {
  return {
    key: `${incident.id}/${what.matter}`,
    incidentId: incident.id,
    urgency: what.urgency,
    title: what.title,
    lines: what.lines.filter((line): line is string => typeof line === "string" && line !== ""),
    link: linkTo(incident.id),
    createdAt: now(),
  };
}

/** Somebody is woken for what hurts users now; the rest is there in the morning. */
export function urgencyOf(incident: IncidentState): Message["urgency"] {
  const isFiring = incident.items.some((item) => item.state === "firing");
  return isFiring && (incident.severity === "critical" || incident.severity === "high") ? "page" : "notice";
}
