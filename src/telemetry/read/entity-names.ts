import type { Entity } from "../../core/entity.ts";
import type { Database } from "../../store/database.ts";

/** A peer as stored, with the service that answers behind it where that is known. */
export type KnownPeer = {
  id: number;
  kind: string;
  name: string;
  attributes: Record<string, string>;
  firstSeenAt: number;
  /** Null: it stands for itself (database, queue, something outside, or several services behind one address). */
  service: ServiceName | null;
};

type ServiceName = { service: string; namespace: string };

/** The share of proofs that one service must have before an address is taken as its name. */
const CLEAR_SHARE = 0.95;
/** Proofs older than this count only where there are none newer: addresses are given away again. */
const FRESH_MILLISECONDS = 3_600_000;

/**
 * Peers with their aliases. Parent and child spans prove who answers behind an address; without proof, a host name whose
 * first label is the name of a service, or `peer.service`, is taken for that service. An address behind which several
 * services answer (a gateway, a proxy) stays a thing of its own.
 */
export async function loadPeers(database: Database): Promise<KnownPeer[]> {
  const peers = await database.query<{
    id: number;
    kind: string;
    name: string;
    attributes: Record<string, string>;
    first_seen_at: number;
  }>("select id, kind, name, attributes, first_seen_at from peers");
  const proofs = await database.query<{
    peer_id: number;
    service: string;
    namespace: string;
    proofs: number;
    last_seen_at: number;
  }>("select * from peer_proofs");
  const services = await database.query<ServiceName>("select distinct service, namespace from resources");
  const byPeer = new Map<number, typeof proofs>();
  for (const proof of proofs) byPeer.set(proof.peer_id, [...(byPeer.get(proof.peer_id) ?? []), proof]);
  return peers.map(({ id, kind, name, attributes, first_seen_at }) => {
    const service =
      kind === "external"
        ? (provenService(byPeer.get(id) ?? []) ?? guessedService(attributes, byPeer.has(id), services))
        : null;
    return { id, kind, name, attributes, firstSeenAt: first_seen_at, service };
  });
}

function provenService(
  proofs: { service: string; namespace: string; proofs: number; last_seen_at: number }[],
): ServiceName | null {
  const newest = Math.max(...proofs.map((proof) => proof.last_seen_at));
  const fresh = proofs.filter((proof) => proof.last_seen_at > newest - FRESH_MILLISECONDS);
  const total = fresh.reduce((sum, proof) => sum + proof.proofs, 0);
  const best = fresh.sort((left, right) => right.proofs - left.proofs)[0];
  if (!best || best.proofs < CLEAR_SHARE * total) return null;
  return { service: best.service, namespace: best.namespace };
}

function guessedService(
  attributes: Record<string, string>,
  isContested: boolean,
  services: ServiceName[],
): ServiceName | null {
  if (isContested) return null;
  const host = attributes["server.address"] ?? "";
  const label = /^[\d.:]+$/.test(host) ? "" : (host.split(".", 1)[0] ?? "");
  for (const name of [attributes["peer.service"], label]) {
    if (name === undefined || name === "") continue;
    const found = services.filter(({ service }) => service === name);
    if (found.length === 1) return found[0] as ServiceName;
  }
  return null;
}

/** How an entity of the graph is found in telemetry. */
export type EntityNames = {
  entity: Entity;
  service: string | null;
  namespace: string | null;
  instance: string | null;
  /** Peers that mean this entity: what its callers see. */
  peerIds: number[];
};

export function namesOf(entity: Entity, peers: KnownPeer[]): EntityNames {
  const { attributes } = entity;
  const service = attributes["service.name"] ?? null;
  const namespace = attributes["service.namespace"] ?? null;
  const instance = entity.kind === "instance" ? (attributes["service.instance.id"] ?? null) : null;
  const peerIds =
    instance !== null ? [] : peers.filter((peer) => meansEntity(peer, entity, service, namespace)).map(({ id }) => id);
  return { entity, service, namespace, instance, peerIds };
}

function meansEntity(peer: KnownPeer, entity: Entity, service: string | null, namespace: string | null): boolean {
  if (peer.service)
    return peer.service.service === service && (namespace === null || peer.service.namespace === namespace);
  const own = peer.attributes;
  const theirs = entity.attributes;
  const destination = own["messaging.destination.name"];
  if (destination !== undefined) {
    return (
      destination === theirs["messaging.destination.name"] &&
      agrees(own["messaging.system"], theirs["messaging.system"])
    );
  }
  const system = own["db.system.name"];
  if (system !== undefined) {
    if (system !== (theirs["db.system.name"] ?? theirs["db.system"])) return false;
    if (own["db.namespace"] !== undefined) {
      return (
        own["db.namespace"] === (theirs["db.namespace"] ?? theirs["db.name"]) &&
        agrees(own["server.address"], theirs["server.address"])
      );
    }
  }
  // Something outside: its address is its name. A service with a name of its own is found by proof only.
  if (system === undefined && service !== null) return false;
  if (own["server.address"] !== undefined) {
    return own["server.address"] === theirs["server.address"] && agrees(own["server.port"], theirs["server.port"]);
  }
  if (own["peer.service"] !== undefined) return own["peer.service"] === theirs["peer.service"];
  return system !== undefined
    ? theirs["server.address"] === undefined
    : own["rpc.service"] !== undefined && own["rpc.service"] === theirs["rpc.service"];
}

function agrees(left: string | undefined, right: string | undefined): boolean {
  return left === undefined || right === undefined || left === right;
}
