import type { Entity, EntityId } from "../core/entity.ts";
import type { Server } from "../core/incident-events.ts";
import type { IncomingItem } from "../core/item.ts";
import { isReadable, type Observation, type ObserveRequest } from "../core/observation.ts";
import { operationFit } from "../core/operation.ts";
import type { Window } from "../core/window.ts";

/** What serves requests, as far as this many: the question is one, whatever the estate. */
const askedAtMost = 300;
/** A route of many services is none of theirs in particular. */
const foundAtMost = 3;
/** Routes are seldom so rare that half an hour does not show them. */
const windowMilliseconds = 30 * 60_000;
const stepSeconds = 60;

/** Who answers the routes that items name? One question to whoever counts requests; null: no item names one, or nothing is known. */
export function whoServes(items: IncomingItem[], entities: Entity[], window: Window): ObserveRequest | null {
  const serving = entities.filter(({ kind }) => kind === "service" || kind === "proxy").slice(0, askedAtMost);
  if (serving.length === 0 || !items.some(({ told }) => told?.operation)) return null;
  return {
    kind: "series",
    concept: "request.rate",
    entities: serving.map(({ id }) => id).sort(),
    statistic: "rate",
    keep: ["operation"],
    stepSeconds,
    window: { from: Math.max(window.from, window.to - windowMilliseconds), to: window.to },
  };
}

/**
 * For each item that names a route, the entities that were seen to answer it: only those that fit best, in the told
 * environment where that is one of theirs, the one with most requests first. An item whose route nobody answers is left out.
 */
export function serversOf(items: IncomingItem[], entities: Entity[], seen: Observation): Server[] {
  if (!isReadable(seen) || seen.body?.kind !== "series") return [];
  const { series } = seen.body;
  const environmentOf = new Map(entities.map(({ id, environment }) => [id, environment]));
  return items.flatMap(({ id: itemId, told }) => {
    if (!told?.operation) return [];
    const { operation, environment } = told;
    const candidates = new Map<EntityId, { fit: number; requests: number }>();
    for (const { entityId, dimensions, values } of series) {
      const fit = operationFit(operation, dimensions.operation ?? "");
      if (fit === 0) continue;
      const requests = values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
      const known = candidates.get(entityId);
      if (!known || fit > known.fit) candidates.set(entityId, { fit, requests });
      else if (fit === known.fit) known.requests += requests;
    }
    const isThere = (entityId: EntityId) =>
      environment !== null && isSameEnvironment(environment, environmentOf.get(entityId) ?? "");
    const all = [...candidates].filter(([entityId]) => environmentOf.has(entityId));
    const inPlace = all.some(([entityId]) => isThere(entityId)) ? all.filter(([entityId]) => isThere(entityId)) : all;
    const best = Math.max(0, ...inPlace.map(([, { fit }]) => fit));
    const entityIds = inPlace
      .filter(([, { fit }]) => fit === best)
      .sort(([left, one], [right, other]) => other.requests - one.requests || (left < right ? -1 : 1))
      .map(([entityId]) => entityId)
      .slice(0, foundAtMost);
    return entityIds.length === 0 ? [] : [{ itemId, entityIds }];
  });
}

/** `prod` and `production` are one word. */
export function isSameEnvironment(left: string, right: string): boolean {
  const short = (name: string) => name.toLowerCase().replace(/^(prod|stag|dev|test)\w*$/, "$1");
  return left !== "" && right !== "" && short(left) === short(right);
}
