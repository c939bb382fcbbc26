import { digestOf } from "../core/canonical-json.ts";
import type { DiscoveredEntity } from "../core/capability.ts";
import { type Entity, type EntityId, type EntityKind, entityIdFrom } from "../core/entity.ts";

/**
 * One thing seen by several sources is one entity (METHODS 8). Sources claim names; equal names of one environment make
 * one entity. Strong keys (a Kubernetes uid, an instance id) would split equal names; they are compared first.
 */
export type Identity = { id: EntityId; keys: string[]; entity: Entity };

/** Attributes whose values name a service, in any convention that midwatch has met. */
const nameAttributes = [
  "service.name",
  "k8s.deployment.name",
  "app.kubernetes.io/name",
  "container.label.com.docker.compose.service",
  "peer.service",
  "app",
  "application",
  "service",
  "workload",
  "destination_workload",
  "platform.workload",
] as const;

/** Attributes whose values are where something is reached; with the port where it is given. */
const addressAttributes = ["server.address", "net.peer.name", "db.namespace.address"] as const;

/** A platform knows the kind; a client's span that names a host only guesses "external". */
function sureness(kind: EntityKind): number {
  return kind === "external" ? 0 : kind === "service" ? 1 : 2;
}

export type Unified = {
  identities: Identity[];
  /** Ids that turned out to be another's: old → kept. */
  merged: { from: EntityId; to: EntityId; why: string }[];
};

/** Pure: the same claims in any order give the same entities. Known identities keep their ids; the smallest id survives a merge. */
export function unifyClaims(known: Identity[], discovered: DiscoveredEntity[]): Unified {
  const identities = known.map((identity) => ({
    ...identity,
    keys: [...identity.keys],
    entity: { ...identity.entity },
  }));
  const merged: Unified["merged"] = [];
  const sorted = [...discovered].sort((left, right) =>
    digestOf(left.claim.name) < digestOf(right.claim.name) ? -1 : 1,
  );
  for (const found of sorted) {
    const keys = keysOf(found);
    const matches = identities.filter(
      (identity) => fits(identity.entity, found) && identity.keys.some((key) => keys.includes(key)),
    );
    const [first, ...others] = matches.sort((left, right) => (left.id < right.id ? -1 : 1));
    const target = first ?? newIdentity(found, keys);
    if (!first) identities.push(target);
    for (const other of others) {
      absorb(target, other);
      merged.push({ from: other.id, to: target.id, why: `${found.claim.source} names both` });
      identities.splice(identities.indexOf(other), 1);
    }
    learn(target, found, keys);
  }
  return { identities, merged };
}

/** Keys by which a claim can be recognised: `name:checkout`, `host:db.shop.internal`, `instance:checkout-7f3`. */
export function keysOf(found: Pick<DiscoveredEntity, "claim">): string[] {
  const { name, attributes } = found.claim;
  // Instances carry their service's name too: only their own says who they are.
  if (name.kind === "instance") return [`instance:${attributes["service.instance.id"] ?? name.name}`];
  if (partKinds.includes(name.kind)) return [`${name.kind}:${normalName(name.name)}`];
  const own: Record<string, string> = isOwnPart(found) ? {} : { "platform.workload": name.name };
  const queues = name.kind === "queue" ? [`queue:${name.name}`] : [];
  return [...new Set([...keysOfAttributes({ ...own, ...attributes }), ...queues])];
}

/** The name by which a server calls a part of itself, a database or a queue: often that of the service which uses it. */
function isOwnPart({ claim: { name, attributes } }: Pick<DiscoveredEntity, "claim">): boolean {
  return partAttributes.some((attribute) => attributes[attribute] === name.name);
}

const partAttributes = ["db.namespace", "db.name", "messaging.destination.name"];

/** Kinds of which a name says nothing about a service of the same name. */
const partKinds: EntityKind[] = ["schedule", "flag", "certificate", "host"];

export function keysOfAttributes(attributes: Record<string, string>): string[] {
  const names = nameAttributes.flatMap((attribute) =>
    attributes[attribute] ? [`name:${normalName(attributes[attribute])}`] : [],
  );
  const addresses = addressAttributes.flatMap((attribute) => {
    const address = attributes[attribute];
    return address ? keysOfAddress(address, attributes["server.port"]) : [];
  });
  const queue = attributes["messaging.destination.name"];
  const system = attributes["db.system.name"] ?? attributes["db.system"];
  const database = attributes["db.namespace"] ?? attributes["db.name"];
  return [
    ...new Set([
      ...names,
      ...addresses,
      ...(queue ? [`queue:${queue}`] : []),
      // Without a host that tells them apart, system and namespace name a database.
      ...(system && database && addresses.length === 0 ? [`database:${system}/${database}`] : []),
    ]),
  ];
}

/**
 * An IP names a thing only together with its port. A host name names it by itself (each caller may reach it through a port
 * of its own), and inside a cluster its first label is the service's name: `cart.shop.svc.cluster.local`, `cart.internal`.
 */
export function keysOfAddress(address: string, port: string | undefined): string[] {
  const [, host = address, ownPort] = /^(.*?)(?::(\d+))?$/.exec(address.toLowerCase()) ?? [];
  const withPort = ownPort ?? port;
  if (isLoopback(host) || isIp(host))
    return withPort === undefined || withPort === "" ? [] : [`address:${host}:${withPort}`];
  const [label] = host.split(".");
  return [`host:${host}`, ...(isInside(host) && label ? [`name:${normalName(label)}`] : [])];
}

function isIp(host: string): boolean {
  return /^\d+(\.\d+){3}$/.test(host) || host.includes("::") || host.startsWith("[");
}

/** Names that only an estate's own resolver knows. RFC 6762 and 8375, Kubernetes, and what cloud networks use. */
function isInside(host: string): boolean {
  return !host.includes(".") || /\.(svc|local|internal|lan|home\.arpa|consul|cluster|intra|corp)(\.|$)/.test(host);
}

/** `Checkout_Service`, `checkout-service` and `checkout.service` are one name; `checkout` and `checkout-db` are not. */
export function normalName(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[_.\s/]+/g, "-");
}

function isLoopback(host: string): boolean {
  return /^(localhost|127\.|\[?::1)/.test(host);
}

/** Equal names in two environments are two things; a source that tells no environment may mean either. */
function fits(entity: Entity, found: DiscoveredEntity): boolean {
  return found.environment === null || entity.environment === "" || entity.environment === found.environment;
}

function newIdentity(found: DiscoveredEntity, keys: string[]): Identity {
  const { name } = found.claim;
  const id = entityIdFrom(digestOf({ key: keys[0] ?? name, environment: found.environment }));
  return {
    id,
    keys: [],
    entity: {
      id,
      kind: name.kind,
      name: name.name,
      environment: found.environment ?? "",
      attributes: {},
      business: null,
    },
  };
}

function learn(target: Identity, found: DiscoveredEntity, keys: string[]): void {
  const { entity } = target;
  target.keys = [...new Set([...target.keys, ...keys])];
  entity.attributes = { ...entity.attributes, ...found.claim.attributes };
  entity.environment ||= found.environment ?? "";
  // Who knows owner and tier knows what people call it; an address is only called so for want of a name.
  if (found.business !== null || isAddressLike(entity.name)) entity.name = found.claim.name.name;
  entity.business = found.business ?? entity.business;
  if (sureness(found.claim.name.kind) > sureness(entity.kind)) entity.kind = found.claim.name.kind;
}

function isAddressLike(name: string): boolean {
  return /[\s:/]|\.\w+\./.test(name);
}

function absorb(target: Identity, other: Identity): void {
  target.keys = [...new Set([...target.keys, ...other.keys])];
  target.entity.attributes = { ...other.entity.attributes, ...target.entity.attributes };
  if (target.entity.business === null && (other.entity.business !== null || isAddressLike(target.entity.name))) {
    target.entity.name = other.entity.name;
  }
  target.entity.business ??= other.entity.business;
  if (sureness(other.entity.kind) > sureness(target.entity.kind)) target.entity.kind = other.entity.kind;
}
