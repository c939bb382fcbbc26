import { digestOf } from "../../core/canonical-json.ts";
import type { Entity, EntityId } from "../../core/entity.ts";
import type { ExitCondition, IncidentEventBody } from "../../core/incident-events.ts";
import type { IncomingItem } from "../../core/item.ts";
import type { Instant } from "../../core/window.ts";
import { readChanges } from "../../store/changes.ts";
import type { Database } from "../../store/database.ts";
import { listItemEntities } from "../../store/items.ts";
import { isSameEnvironment } from "../find-servers.ts";
import { type Around, assessSeverity } from "./assess-severity.ts";

export type OpeningSettings = {
  entities: () => Entity[];
  exitConditionFor: (kind: IncomingItem["kind"]) => ExitCondition;
};

/** How an item opens an incident of its own. */
export function openingOf(
  item: IncomingItem,
  why: string,
  settings: OpeningSettings,
  around: Around,
): Extract<IncidentEventBody, { type: "incident-opened" }> {
  const { severity, reason } = severityOf(item, settings, around);
  return {
    type: "incident-opened",
    title: item.title,
    severity,
    severityReason: reason,
    category: item.category,
    environment: environmentOf(item.entityIds, settings.entities()) || environmentTold(item, settings.entities()),
    entityIds: item.entityIds,
    itemId: item.id,
    reason: why,
    exitCondition: settings.exitConditionFor(item.kind),
    itemKind: item.kind,
    fingerprint: item.fingerprint,
    startsAt: item.startsAt,
  };
}

export function severityOf(
  item: IncomingItem,
  settings: OpeningSettings,
  around: Around,
): ReturnType<typeof assessSeverity> {
  const named = settings.entities().filter(({ id }) => item.entityIds.includes(id));
  return assessSeverity(item, named, around);
}

export function environmentOf(ids: EntityId[], entities: Entity[]): string {
  return entities.find((entity) => ids.includes(entity.id) && entity.environment !== "")?.environment ?? "";
}

/** As the words have it, in the spelling of what is known. Empty: they do not say. */
function environmentTold({ told }: IncomingItem, entities: Entity[]): string {
  const name = told?.environment ?? "";
  return entities.find(({ environment }) => isSameEnvironment(environment, name))?.environment ?? name;
}

/**
 * Changes of six hours and alerts of half an hour, read once for a batch; at most so many, whatever the storm. Nothing where
 * nothing that is known is named.
 */
export async function readAround(transaction: Database, items: IncomingItem[], now: Instant): Promise<Around> {
  const entityIds = [...new Set(items.flatMap((item) => item.entityIds))];
  if (entityIds.length === 0) return { changes: [], alerts: [] };
  const window = { from: now - 6 * 3_600_000, to: now + 1 };
  return {
    changes: await readChanges(transaction, { window, entityIds, limit: 500 }),
    alerts: await listItemEntities(transaction, now - 30 * 60_000, 500),
  };
}

/**
 * From what opens it, so that a repeat after a crash opens the same one: an item by itself, or an item and the number of
 * words that people had said about it. Short enough to say aloud.
 */
export function newIncidentId(...opener: [itemId: string] | [itemId: string, words: number]): string {
  const digest = digestOf(opener.length === 1 ? opener[0] : opener);
  return `inc-${Number.parseInt(digest.slice(0, 12), 16).toString(36).slice(0, 8).padStart(8, "0")}`;
}
