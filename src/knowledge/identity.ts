import { digestOf } from "../core/canonical-json.ts";
import type { DiscoveredEntity } from "../core/capability.ts";
import type { Entity, EntityId, EntityKind } from "../core/entity.ts";

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

/** Keys by which a claim can be recognised: `name:checkout`, `address:10.0.0.7:5432`. */
export function keysOf(found: DiscoveredEntity): string[] {
  const { name, attributes } = found.claim;
  return keysOfAttributes({ ...attributes, "platform.workload": name.name });
}

export function keysOfAttributes(attributes: Record<string, string>): string[] {
  const names = nameAttributes.flatMap((attribute) =>
    attributes[attribute] ? [`name:${normalName(attributes[attribute])}`] : [],
  );
  const port = attributes["server.port"];
  const addresses = addressAttributes.flatMap((attribute) => {
    const address = attributes[attribute];
    if (!address) return [];
    const withPort = port && !address.includes(":") ? `${address}:${port}` : address;
    // A loopback address names the machine, not the thing: only with its port does it say anything.
    return isLoopback(address) && withPort === address ? [] : [`address:${withPort.toLowerCase()}`];
  });
  return [...new Set([...names, ...addresses])];
}

/** `Checkout_Service`, `checkout-service` and `checkout.service` are one name; `checkout` and `checkout-db` are not. */
export function normalName(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[_.\s/]+/g, "-");
}

function isLoopback(address: string): boolean {
  return /^(localhost|127\.|\[?::1)/.test(address);
}

/** Equal names in two environments are two things; a source that tells no environment may mean either. */
function fits(entity: Entity, found: DiscoveredEntity): boolean {
  return found.environment === null || entity.environment === "" || entity.environment === found.environment;
}

function newIdentity(found: DiscoveredEntity, keys: string[]): Identity {
  const { name } = found.claim;
  const id = `e-${digestOf({ key: keys[0] ?? name, environment: found.environment }).slice(0, 12)}`;
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
  entity.business = found.business ?? entity.business;
  if (sureness(found.claim.name.kind) > sureness(entity.kind)) entity.kind = found.claim.name.kind;
}

function absorb(target: Identity, other: Identity): void {
  target.keys = [...new Set([...target.keys, ...other.keys])];
  target.entity.attributes = { ...other.entity.attributes, ...target.entity.attributes };
  target.entity.business ??= other.entity.business;
  if (sureness(other.entity.kind) > sureness(target.entity.kind)) target.entity.kind = other.entity.kind;
}
