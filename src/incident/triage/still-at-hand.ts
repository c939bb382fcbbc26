import type { EntityId } from "../../core/entity.ts";
import type { IncidentState } from "../../core/incident.ts";

/** What comes back after a recovery, or after traffic ended, is news, not part of what was there. */
export function takesNewAlerts({ verification, traffic }: Pick<IncidentState, "verification" | "traffic">): boolean {
  return !verification?.result.startsWith("recovered") && traffic === null;
}

/** Whom the cause found hurts: what they complain of is explained by it. Empty without an answer. */
export function hurtBy({ answer }: Pick<IncidentState, "answer">): EntityId[] {
  return (answer?.blastRadius ?? []).filter(({ role }) => role !== "usual").map(({ entityId }) => entityId);
}
