import type { Connection, DiscoveredEdge, DiscoveredEntity } from "../core/capability.ts";
import type { Edge, Entity, EntityId } from "../core/entity.ts";
import type { Instant, Window } from "../core/window.ts";
import type { Database } from "../store/database.ts";
import { endEdges, readEdges, seeEdges } from "../store/edges.ts";
import {
  claimName,
  createEntity,
  readEntities,
  readLiveClaims,
  updateEntity,
  withdrawClaims,
} from "../store/entities.ts";
import { mergeEntities } from "../store/entity-identity.ts";
import { type Identity, keysOf, keysOfAddress, keysOfAttributes, normalName, unifyClaims } from "./identity.ts";

/** The estate as midwatch knows it now: a reading of the stored claims, kept in memory, renewed by every discovery. */
export type EntityRegister = {
  entities(): Entity[];
  edges(): Edge[];
  find(ids: EntityId[]): Entity[];
  /** By id, name or address, in any source's words; null when nothing, or more than one thing, is meant. */
  findByName(text: string): EntityId | null;
  findByAttributes(attributes: Record<string, string>): EntityId | null;
  /** What is at most so many edges away, in either direction. */
  neighbourhood(around: EntityId[], hops: number): { kind: "graph"; entities: Entity[]; edges: Edge[]; gaps: [] };
  /** Asks every source that can tell what there is. A source in trouble changes nothing. */
  discover(connections: Connection[], window: Window, now: Instant): Promise<void>;
  /** Reads what another process has found. Not for the process that discovers. */
  refresh(): Promise<void>;
};

/** Traces tell an edge each time it is used; half a week without a call and it is no longer shown (METHODS 8: 7 d half-life). */
const edgeForgottenSeconds = 4 * 86_400;
const claimForgottenSeconds = 7 * 86_400;

export async function openEntityRegister(database: Database): Promise<EntityRegister> {
  let identities = await readIdentities(database);
  let edges = await readEdges(database);
  let index = indexOf(identities);
  const merged = new Map<EntityId, EntityId>();

  const findByAttributes = (attributes: Record<string, string>): EntityId | null => {
    for (const key of keysOfAttributes(attributes)) {
      const found = index.get(key);
      if (found?.size === 1) return [...found][0] ?? null;
    }
    return null;
  };

  const learn = async (discovered: DiscoveredEntity[], now: Instant): Promise<void> => {
    const unified = unifyClaims(identities, discovered);
    const known = new Map(identities.map((identity) => [identity.id, identity.entity]));
    identities = unified.identities;
    index = indexOf(identities);
    for (const { id, entity } of identities) {
      const before = known.get(id);
      if (!before) await createEntity(database, { ...entity, createdAt: now });
      else if (isChanged(before, entity)) await updateEntity(database, id, entity);
    }
    for (const { from, to, why } of unified.merged) {
      merged.set(from, to);
      // Two claims of one discovery that a third one joined: the first of them was never stored.
      if (known.has(from))
        await mergeEntities(database, {
          from,
          into: to,
          reason: why,
          actor: { kind: "midwatch", part: "knowledge" },
          at: now,
        });
    }
    for (const { claim } of discovered) {
      const entityId = identities.find(({ keys }) => keysOf({ claim }).some((key) => keys.includes(key)))?.id;
      if (entityId !== undefined) await claimName(database, { ...claim, entityId });
    }
  };

  return {
    entities: () => identities.map(({ entity }) => entity),
    edges: () => edges,
    find: (ids) => {
      const wanted = new Set(ids.map((id) => merged.get(id) ?? id));
      return identities.filter(({ id }) => wanted.has(id)).map(({ entity }) => entity);
    },
    findByName: (text) => {
      if (identities.some(({ id }) => id === text)) return text;
      for (const key of [`name:${normalName(text)}`, `instance:${text}`, ...keysOfAddress(text, undefined)]) {
        const found = index.get(key);
        if (found?.size === 1) return [...found][0] ?? null;
      }
      return merged.get(text) ?? null;
    },
    findByAttributes,
    neighbourhood: (around, hops) => {
      const near = new Set(around.map((id) => merged.get(id) ?? id));
      for (let step = 0; step < hops; step += 1) {
        const before = new Set(near);
        for (const edge of edges) {
          if (before.has(edge.from)) near.add(edge.to);
          if (before.has(edge.to)) near.add(edge.from);
        }
      }
      const environments = new Set(identities.flatMap(({ id, entity }) => (near.has(id) ? entity.environment : [])));
      // Whoever calls by name needs it, and no trace shows that.
      const isNameServer = ({ kind, environment }: Entity) => kind === "dns" && environments.has(environment);
      return {
        kind: "graph",
        entities: identities
          .filter(({ id, entity }) => near.has(id) || isNameServer(entity))
          .map(({ entity }) => entity),
        edges: edges.filter((edge) => near.has(edge.from) && near.has(edge.to)),
        gaps: [],
      };
    },
    discover: async (connections, window, now) => {
      const sightings: { source: string; edge: DiscoveredEdge }[] = [];
      for (const { name, discovery } of connections) {
        if (!discovery) continue;
        const found = await discovery.discover(window).catch(() => null);
        if (found?.body && found.body.length > 0) {
          await learn(found.body, now);
          await withdrawClaims(database, name, now - claimForgottenSeconds * 1000, now);
        }
        const seen = await discovery.discoverEdges?.(window).catch(() => null);
        for (const edge of seen?.body ?? []) sightings.push({ source: name, edge });
      }
      await seeEdges(
        database,
        sightings.flatMap(({ source, edge }) => resolveEdge(source, edge, findByAttributes)),
      );
      for (const source of new Set(sightings.map((sighting) => sighting.source))) {
        await endEdges(database, source, now - edgeForgottenSeconds * 1000);
      }
      edges = await readEdges(database);
    },
    refresh: async () => {
      identities = await readIdentities(database);
      edges = await readEdges(database);
      index = indexOf(identities);
    },
  };
}

function resolveEdge(
  source: string,
  edge: DiscoveredEdge,
  find: (attributes: Record<string, string>) => EntityId | null,
) {
  const from = find(edge.from);
  const to = find(edge.to);
  if (from === null || to === null || from === to) return [];
  return [
    { from, to, type: edge.type, source, confidence: 1, isAsynchronous: edge.isAsynchronous, seenAt: edge.lastSeenAt },
  ];
}

async function readIdentities(database: Database): Promise<Identity[]> {
  const keysById = new Map<EntityId, Set<string>>();
  for (const claim of await readLiveClaims(database)) {
    const keys = keysById.get(claim.entityId) ?? new Set<string>();
    for (const key of keysOf({ claim })) keys.add(key);
    keysById.set(claim.entityId, keys);
  }
  const entities = await readEntities(database);
  return entities.map((entity) => ({ id: entity.id, keys: [...(keysById.get(entity.id) ?? [])], entity }));
}

function indexOf(identities: Identity[]): Map<string, Set<EntityId>> {
  const index = new Map<string, Set<EntityId>>();
  for (const { id, keys } of identities) {
    for (const key of keys) index.set(key, (index.get(key) ?? new Set()).add(id));
  }
  return index;
}

function isChanged(before: Entity, after: Entity): boolean {
  return (
    before.kind !== after.kind ||
    before.name !== after.name ||
    before.environment !== after.environment ||
    JSON.stringify(before.business) !== JSON.stringify(after.business)
  );
}
