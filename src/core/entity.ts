import type { Instant } from "./window.ts";

/** Opaque. Stable for as long as midwatch knows the thing, whatever sources call it. */
export type EntityId = string;

/** From a digest of what it was first known by. */
export const entityIdFrom = (digest: string): EntityId => `e-${digest.slice(0, 12)}`;

/** Tells ids from names and addresses, which sources use for what midwatch does not know. */
export const isEntityId = (text: string): boolean => /^e-[0-9a-f]{12}$/.test(text);

export const entityKinds = [
  "service", // a monitored service: something with requests, instances, versions
  "worker", // works off a queue or a schedule, serves no requests
  "instance", // one process, pod or container of a service
  "database",
  "cache",
  "queue",
  "storage",
  "dns",
  "proxy",
  "external", // somebody else's: a provider, a third-party API
  "host",
  "schedule",
  "flag",
  "certificate",
] as const;
export type EntityKind = (typeof entityKinds)[number];

/** What one source calls an entity: `kind/scope/namespace/name`; scope is the cluster, account or connection. */
export type EntityName = { kind: EntityKind; scope: string; namespace: string; name: string };

/** A dated claim of a source about an entity's name. Merges and splits of entities are events over claims. */
export type EntityClaim = {
  entityId: EntityId;
  source: string;
  name: EntityName;
  /** How this source's data name the thing, e.g. `service.name=checkout`, `job=shop/checkout`. */
  attributes: Record<string, string>;
  claimedAt: Instant;
  withdrawnAt: Instant | null;
};

/** The reading of an entity's claims that the engine, the doors and the page work with. */
export type Entity = {
  id: EntityId;
  kind: EntityKind;
  /** What people call it. Unique enough to read, never used as a key. */
  name: string;
  environment: string;
  /** Union over the live claims; the value that most recently was claimed wins. */
  attributes: Record<string, string>;
  business: Business | null;
};

export type Business = {
  /** 1: users notice at once; 2: they notice soon; 3: only we notice. */
  tier: 1 | 2 | 3 | null;
  owner: string | null;
  /** Share of requests that must succeed, 0 to 1. */
  availabilityObjective: number | null;
  /** Latency that the 99th percentile must keep. */
  latencyObjectiveSeconds: number | null;
  journey: string | null;
};

export type EdgeType = "calls" | "runs-on" | "instance-of" | "reads-from" | "writes-to" | "part-of";

/** `from` needs `to`: for `calls`, from is the caller. */
export type Edge = {
  from: EntityId;
  to: EntityId;
  type: EdgeType;
  sources: string[];
  /** 0 to 1; below .5 the edge is tentative: it may widen a search, it never supports a cause. */
  confidence: number;
  validFrom: Instant;
  lastSeenAt: Instant;
  /** Asynchronous edges (queues) carry no latency back to the caller. */
  isAsynchronous: boolean;
};
