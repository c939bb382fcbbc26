import type { EntityId } from "../core/entity.ts";
import type { IncomingItem } from "../core/item.ts";
import type { EntityRegister } from "./entity-register.ts";

/** More than a handful of names in a text are a list, not a complaint. */
const mostNamed = 5;

type Names = Pick<EntityRegister, "findByAttributes" | "findByName">;

/** The item as its sender meant it: what it names already stays; otherwise what its labels and words mean now. */
export function withEntities(item: IncomingItem, register: Names): IncomingItem {
  return item.entityIds.length > 0 ? item : { ...item, entityIds: entitiesOfItem(item, register) };
}

/**
 * The entities that an item is about: the one that its labels identify; without such labels, those that its words name, in
 * the order of the words. Empty when nothing known is named.
 */
export function entitiesOfItem(item: Pick<IncomingItem, "labels" | "mentions">, register: Names): EntityId[] {
  const labelled = register.findByAttributes(item.labels);
  if (labelled !== null) return [labelled];
  return [...new Set(item.mentions.flatMap((mention) => register.findByName(mention) ?? []))].slice(0, mostNamed);
}
