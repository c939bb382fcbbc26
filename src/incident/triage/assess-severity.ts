import type { Entity, EntityId } from "../../core/entity.ts";
import type { IncidentState } from "../../core/incident.ts";
import type { IncidentEventBody } from "../../core/incident-events.ts";
import { type IncomingItem, type ItemSeverity, itemSeverities } from "../../core/item.ts";
import type { Change } from "../../core/workload.ts";
import { severityOfFigures } from "../../formats/told-severity.ts";

/** What happened lately, and what it was about. */
export type Around = { changes: Change[]; alerts: { fingerprint: string; entityIds: EntityId[] }[] };

/**
 * B2: what the business says moves what the rule says, with the reason. Availability of a first-tier thing is at least
 * high; a third-tier thing is at most medium. Questions keep what they came with.
 */
export function assessSeverity(
  item: IncomingItem,
  entities: Entity[],
  around: Around = { changes: [], alerts: [] },
): { severity: ItemSeverity; reason: string } {
  const assessed = byBusiness(item, entities);
  return { ...assessed, reason: [assessed.reason, ...aroundIt(item, around)].join("; ") };
}

/** What else happened there: six hours of changes, half an hour of alerts. Said beside the severity, never moves it. */
function aroundIt(item: IncomingItem, { changes, alerts }: Around): string[] {
  const own = changes.filter(({ entityIds }) => entityIds.some((id) => item.entityIds.includes(id)));
  const last = own.at(-1);
  const others = alerts.filter(
    ({ fingerprint, entityIds }) =>
      fingerprint !== item.fingerprint && entityIds.some((id) => item.entityIds.includes(id)),
  );
  return [
    ...(last ? [`${own.length} ${own.length === 1 ? "change" : "changes"} there in 6 h, the last a ${last.kind}`] : []),
    ...(others.length > 0
      ? [`${others.length} other ${others.length === 1 ? "alert" : "alerts"} there in 30 min`]
      : []),
  ];
}

function byBusiness(item: IncomingItem, entities: Entity[]): { severity: ItemSeverity; reason: string } {
  // A complaint in words states no severity: where its numbers gave it, they are the reason.
  const figures = item.kind === "context" ? severityOfFigures(item) : null;
  const said = figures?.severity === item.severity ? figures.reason : `as its sender says: ${item.severity}`;
  if (item.kind === "context" || item.kind === "event") return { severity: item.severity, reason: said };
  const tiers = entities.flatMap((entity) =>
    entity.business?.tier ? [{ tier: entity.business.tier, name: entity.name }] : [],
  );
  const [first] = tiers.sort((left, right) => left.tier - right.tier);
  if (first?.tier === 1 && item.category === "availability" && isBelow(item.severity, "high")) {
    return { severity: "high", reason: `raised from ${item.severity}: users notice at once when ${first.name} fails` };
  }
  if (first?.tier === 3 && isBelow("medium", item.severity)) {
    return { severity: "medium", reason: `lowered from ${item.severity}: only we notice ${first.name}` };
  }
  return { severity: item.severity, reason: said };
}

/** Is the first less severe than the second? */
export function isBelow(severity: ItemSeverity, than: ItemSeverity): boolean {
  return itemSeverities.indexOf(severity) > itemSeverities.indexOf(than);
}

/** What is said when something more severe becomes part of an incident; nothing when it is no more severe. */
export function raised(
  { severity }: Pick<IncidentState, "severity">,
  to: IncidentState["severity"],
  reason: string,
): IncidentEventBody[] {
  return isBelow(severity, to) ? [{ type: "severity-changed", from: severity, to, reason }] : [];
}
