import type { IncomingItem, TriageDecision } from "../../core/item.ts";
import type { AlertLine } from "../views.ts";
import { incidentRef, type Names, timestamp, timestampOrNull } from "./references.ts";

type AlertSource = {
  item: IncomingItem;
  /** The latest decision; undefined for the moment before there is one. */
  decision: TriageDecision | undefined;
  timesSeen: number;
  hasPaged: boolean;
  overruled: AlertLine["overruled"];
};

export function buildAlertLine(
  { item, decision, timesSeen, hasPaged, overruled }: AlertSource,
  names: Names,
): AlertLine {
  const [entityId] = item.entityIds;
  return {
    itemId: item.id,
    title: item.title,
    entity: entityId === undefined ? null : names(entityId),
    severity: item.severity,
    severityBefore: null,
    category: item.category,
    source: item.source,
    sourceKind: item.kind,
    status: item.status,
    startsAt: timestamp(item.startsAt),
    endsAt: timestampOrNull(item.endsAt),
    receivedAt: timestamp(item.receivedAt),
    outcome: decision?.outcome ?? "pending",
    hasPaged,
    incident: decision?.incidentId ? incidentRef(decision.incidentId) : null,
    reason: decision?.reason ?? "just came in",
    link: item.link,
    count: timesSeen,
    members: [],
    overruled,
  };
}
