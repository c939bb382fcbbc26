import type { Entity } from "../../core/entity.ts";
import { type IncomingItem, type ItemSeverity, itemSeverities } from "../../core/item.ts";

/**
 * B2: what the business says moves what the rule says, with the reason. Availability of a first-tier thing is at least
 * high; a third-tier thing is at most medium. Questions keep what they came with.
 */
export function assessSeverity(item: IncomingItem, entities: Entity[]): { severity: ItemSeverity; reason: string } {
  const said = `as its sender says: ${item.severity}`;
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
