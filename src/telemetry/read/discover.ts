import type { DiscoveredEdge, DiscoveredEntity, EntityDiscoverer } from "../../core/capability.ts";
import type { EntityKind } from "../../core/entity.ts";
import type { Window } from "../../core/window.ts";
import type { Database } from "../../store/database.ts";
import { type KnownPeer, loadPeers } from "./entity-names.ts";
import { guarded } from "./read-logs.ts";

/** The service graph as spans show it: who was seen, who called whom. Aliases are taken together (see entity-names). */
export function createDiscoverer(database: Database, source: string): Required<EntityDiscoverer> {
  return {
    discover: (window) =>
      guarded(async () => {
        const entities = await discoverEntities(database, source, window);
        return {
          status: entities.length > 0 ? "data" : "empty",
          body: entities,
          gaps: [],
          query: "resources and peers of spans",
        };
      }),
    discoverEdges: (window) =>
      guarded(async () => {
        const edges = await discoverEdges(database, window);
        return {
          status: edges.length > 0 ? "data" : "empty",
          body: edges,
          gaps: [],
          query: "calls and messages in spans",
        };
      }),
  };
}

type ResourceRow = {
  id: number;
  service: string;
  namespace: string;
  environment: string;
  version: string | null;
  instance: string | null;
  attributes: Record<string, string>;
  last_seen_at: number;
};

type ActiveOperation = {
  id: number;
  role: string;
  peer_id: number | null;
  service: string;
  namespace: string;
  last_at: number;
};

async function discoverEntities(database: Database, source: string, window: Window): Promise<DiscoveredEntity[]> {
  const resources = await database.query<ResourceRow>(
    `select id, service, namespace, environment, version, instance, attributes, last_seen_at from resources
     where last_seen_at >= $1 and first_seen_at < $2 order by last_seen_at`,
    [Math.floor(window.from), Math.ceil(window.to)],
  );
  const active = await activeOperations(database, window);
  const peers = await loadPeers(database);
  const roles = new Map<string, Set<string>>();
  for (const { service, namespace, role } of active) {
    const key = `${namespace}/${service}`;
    roles.set(key, (roles.get(key) ?? new Set()).add(role));
  }
  const byName = new Map<string, DiscoveredEntity>();
  for (const resource of resources) {
    if (resource.service === "unknown_service") continue; // nothing that could be told apart
    const { service, namespace, environment } = resource;
    const kind = serviceKind(roles.get(`${namespace}/${service}`));
    const attributes = { ...serviceAttributes({ service, namespace }), ...addressOf({ service, namespace }, peers) };
    const claim = {
      source,
      name: { kind, scope: source, namespace, name: service },
      attributes,
      claimedAt: resource.last_seen_at,
    };
    byName.set(`service|${namespace}|${service}`, {
      claim,
      environment: environment === "" ? null : environment,
      business: null,
    });
    if (resource.instance === null) continue;
    byName.set(`instance|${namespace}|${service}|${resource.instance}`, {
      claim: {
        source,
        name: { kind: "instance", scope: source, namespace: service, name: resource.instance },
        attributes: {
          ...serviceAttributes({ service, namespace }),
          "service.instance.id": resource.instance,
          ...placeOf(resource),
        },
        claimedAt: resource.last_seen_at,
      },
      environment: environment === "" ? null : environment,
      business: null,
    });
  }
  const activePeers = new Map<number, number>();
  for (const { peer_id, last_at } of active) {
    if (peer_id !== null) activePeers.set(peer_id, Math.max(activePeers.get(peer_id) ?? 0, last_at));
  }
  for (const peer of peers) {
    const lastAt = activePeers.get(peer.id);
    if (lastAt === undefined || peer.service) continue;
    byName.set(`peer|${peer.id}`, {
      claim: {
        source,
        name: {
          kind: peer.kind as EntityKind,
          scope: source,
          namespace: peer.attributes["db.system.name"] ?? peer.attributes["messaging.system"] ?? "",
          name: peer.name,
        },
        attributes: peer.attributes,
        claimedAt: lastAt,
      },
      environment: null,
      business: null,
    });
  }
  return [...byName.values()];
}

function serviceKind(roles: Set<string> | undefined): EntityKind {
  if (!roles || roles.has("server")) return "service";
  return roles.has("consumer") ? "worker" : "service";
}

function serviceAttributes({ service, namespace }: { service: string; namespace: string }): Record<string, string> {
  return namespace === "" ? { "service.name": service } : { "service.name": service, "service.namespace": namespace };
}

/** The address that clients use for it, when it is one. */
function addressOf(
  { service, namespace }: { service: string; namespace: string },
  peers: KnownPeer[],
): Record<string, string> {
  const own = peers.filter((peer) => peer.service?.service === service && peer.service.namespace === namespace);
  const [only] = own;
  if (!only || own.length > 1 || only.attributes["server.address"] === undefined) return {};
  const port = only.attributes["server.port"];
  return {
    "server.address": only.attributes["server.address"],
    ...(port === undefined ? {} : { "server.port": port }),
  };
}

const placeAttributes = [
  "service.version",
  "host.name",
  "process.pid",
  "k8s.pod.name",
  "k8s.pod.uid",
  "k8s.namespace.name",
  "container.id",
  "cloud.availability_zone",
];

function placeOf(resource: ResourceRow): Record<string, string> {
  const place: Record<string, string> = {};
  for (const name of placeAttributes) {
    const value = resource.attributes[name];
    if (value !== undefined) place[name] = value;
  }
  return place;
}

async function activeOperations(database: Database, window: Window): Promise<ActiveOperation[]> {
  return database.query<ActiveOperation>(
    `select o.id, o.role, o.peer_id, r.service, r.namespace, a.last_at
     from (select operation_id, max(bucket_at) as last_at from rollups
           where bucket_at >= $1 and bucket_at < $2 and measure = 0 group by 1) a
     join operations o on o.id = a.operation_id join resources r on r.id = o.resource_id`,
    [Math.floor(window.from), Math.ceil(window.to)],
  );
}

async function discoverEdges(database: Database, window: Window): Promise<DiscoveredEdge[]> {
  const peers = new Map((await loadPeers(database)).map((peer) => [peer.id, peer]));
  const edges = new Map<string, DiscoveredEdge>();
  const add = (edge: DiscoveredEdge) => {
    const key = JSON.stringify([edge.from, edge.to, edge.type]);
    const known = edges.get(key);
    if (!known || known.lastSeenAt < edge.lastSeenAt) edges.set(key, edge);
  };
  for (const operation of await activeOperations(database, window)) {
    const peer = operation.peer_id === null ? undefined : peers.get(operation.peer_id);
    if (!peer) continue;
    const from = serviceAttributes(operation);
    const to = peer.service ? serviceAttributes(peer.service) : peer.attributes;
    const isAsynchronous = operation.role !== "client";
    const type = operation.role === "producer" ? "writes-to" : operation.role === "consumer" ? "reads-from" : "calls";
    add({ from, to, type, isAsynchronous, lastSeenAt: operation.last_at });
  }
  // Behind an address of several services: the address calls each of them on.
  const proofs = await database.query<{ peer_id: number; service: string; namespace: string; last_seen_at: number }>(
    "select peer_id, service, namespace, last_seen_at from peer_proofs where last_seen_at >= $1",
    [Math.floor(window.from)],
  );
  for (const proof of proofs) {
    const peer = peers.get(proof.peer_id);
    if (!peer || peer.service) continue;
    add({
      from: peer.attributes,
      to: serviceAttributes(proof),
      type: "calls",
      isAsynchronous: false,
      lastSeenAt: proof.last_seen_at,
    });
  }
  const instances = await database.query<{ service: string; namespace: string; instance: string; last_at: number }>(
    `select service, namespace, instance, max(last_seen_at) as last_at from resources
     where instance is not null and last_seen_at >= $1 and service <> 'unknown_service' group by 1, 2, 3`,
    [Math.floor(window.from)],
  );
  for (const { service, namespace, instance, last_at } of instances) {
    const to = serviceAttributes({ service, namespace });
    add({
      from: { ...to, "service.instance.id": instance },
      to,
      type: "instance-of",
      isAsynchronous: false,
      lastSeenAt: last_at,
    });
  }
  return [...edges.values()];
}
