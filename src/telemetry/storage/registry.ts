import type { Attributes } from "../otlp/received.ts";
import { attributesWithoutSecrets } from "../otlp/without-secrets.ts";
import type { SpanRole } from "../rollup/span-facts.ts";
import type { SpanPeer } from "../rollup/span-peer.ts";
import type { IntakeLimits } from "../settings.ts";

/** One process, pod or function instance as its senders describe it. */
export type ResourceRef = {
  id: number;
  identity: string;
  service: string;
  namespace: string;
  environment: string;
  version: string | null;
  instance: string | null;
  attributes: Record<string, string>;
  firstSeenAt: number;
  lastSeenAt: number;
  /** When the process began, as its cumulative metrics say; null when it sends none. */
  processStartAt: number | null;
  operations: Map<string, OperationRef>;
  series: Map<string, SeriesRef>;
  /** The series that was asked for last. */
  lastSeries: SeriesRef | null;
};

export type PeerRef = SpanPeer & { id: number; firstSeenAt: number };

/** One kind of request or call of one resource: what roll-ups are kept by. */
export type OperationRef = {
  id: number;
  resource: ResourceRef;
  role: SpanRole;
  route: string | null;
  operation: string;
  peer: PeerRef | null;
  firstSeenAt: number;
};

export type SeriesRef = {
  id: number;
  identity: string;
  metric: string;
  kind: string;
  unit: string;
  temporality: string;
  isMonotonic: boolean;
  resource: ResourceRef;
  attributes: Attributes;
  firstSeenAt: number;
  lastSeenAt: number;
  /** The series that came after this one the last time: exporters keep their order. */
  next: SeriesRef | null;
};

/** What is new since the last commit, in the order in which it has to be inserted. */
export type NewEntries = {
  resources: ResourceRef[];
  peers: PeerRef[];
  operations: OperationRef[];
  series: SeriesRef[];
};

/** Operations beyond this many of one resource and role are counted together: span names with ids in them are endless. */
const OPERATIONS_PER_RESOURCE = 300;
const PEERS = 20_000;

/**
 * Gives small numbers to what telemetry repeats in every row. Lives in the memory of the one ingesting process; ids are
 * given here, so that a batch needs no round trip; what is new is inserted with the batch that first uses it.
 */
export function createRegistry(limits: IntakeLimits) {
  const resources = new Map<string, ResourceRef>();
  const peers = new Map<string, PeerRef>();
  const counts = { operations: 0, series: 0 };
  const lastId = { resource: 0, peer: 0, operation: 0, series: 0 };
  let added: NewEntries = { resources: [], peers: [], operations: [], series: [] };

  function resourceOf(received: Attributes, now: number): ResourceRef | null {
    const attributes = attributesWithoutSecrets(received);
    const identity = identityOf(attributes);
    const known = resources.get(identity);
    if (known) {
      known.lastSeenAt = now;
      return known;
    }
    if (resources.size >= limits.resources) forgetOldest();
    if (resources.size >= limits.resources) return null;
    const created = describeResource(++lastId.resource, identity, attributes, now);
    resources.set(identity, created);
    added.resources.push(created);
    return created;
  }

  /** Resources silent for long make room: if they come back they get a new number, and readers look by name. */
  function forgetOldest(): void {
    const byAge = [...resources.values()].sort((left, right) => left.lastSeenAt - right.lastSeenAt);
    for (const resource of byAge.slice(0, Math.ceil(byAge.length / 10))) {
      if (added.resources.includes(resource)) continue;
      resources.delete(resource.identity);
      counts.operations -= resource.operations.size;
      counts.series -= resource.series.size;
    }
  }

  function peerOf(peer: SpanPeer, now: number): PeerRef | null {
    const known = peers.get(peer.identity);
    if (known) return known;
    if (peers.size >= PEERS) return null;
    const created = { ...peer, id: ++lastId.peer, firstSeenAt: now };
    peers.set(peer.identity, created);
    added.peers.push(created);
    return created;
  }

  function operationOf(
    resource: ResourceRef,
    role: SpanRole,
    route: string | null,
    operation: string,
    peer: SpanPeer | null,
    now: number,
  ): OperationRef {
    const key = `${role}|${route ?? ""}|${operation}|${peer?.identity ?? ""}`;
    const known = resource.operations.get(key);
    if (known) return known;
    const isFull = resource.operations.size >= OPERATIONS_PER_RESOURCE || counts.operations >= limits.operations;
    if (isFull && operation !== "(other)") return operationOf(resource, role, null, "(other)", peer, now);
    const created: OperationRef = {
      id: ++lastId.operation,
      resource,
      role,
      route,
      operation,
      peer: peer === null ? null : peerOf(peer, now),
      firstSeenAt: now,
    };
    resource.operations.set(key, created);
    counts.operations++;
    added.operations.push(created);
    return created;
  }

  /** Null when there are too many series already. */
  function seriesOf(
    resource: ResourceRef,
    metric: MetricIdentity & { unit: string; isMonotonic: boolean },
    attributes: Attributes,
    now: number,
  ): SeriesRef | null {
    const last = resource.lastSeries;
    const guess = last?.next;
    const series = guess && isSeries(guess, metric, attributes) ? guess : findSeries(resource, metric, attributes, now);
    if (!series) return null;
    series.lastSeenAt = now;
    if (last) last.next = series;
    resource.lastSeries = series;
    return series;
  }

  function findSeries(
    resource: ResourceRef,
    metric: MetricIdentity & { unit: string; isMonotonic: boolean },
    received: Attributes,
    now: number,
  ): SeriesRef | null {
    const attributes = attributesWithoutSecrets(received);
    const identity = seriesIdentity(metric, attributes);
    const known = resource.series.get(identity);
    if (known) return known;
    if (counts.series >= limits.series) return null;
    const { name, kind, unit, temporality, isMonotonic } = metric;
    const created: SeriesRef = {
      id: ++lastId.series,
      identity,
      metric: name,
      kind,
      unit,
      temporality,
      isMonotonic,
      resource,
      attributes,
      firstSeenAt: now,
      lastSeenAt: now,
      next: null,
    };
    resource.series.set(identity, created);
    counts.series++;
    added.series.push(created);
    return created;
  }

  return {
    resourceOf,
    operationOf,
    seriesOf,
    /** What waits for being inserted; empty after `markStored`. */
    pending: (): NewEntries => ({
      resources: [...added.resources],
      peers: [...added.peers],
      operations: [...added.operations],
      series: [...added.series],
    }),
    /** To be called when these entries were committed. */
    markStored(stored: NewEntries) {
      const left = <Entry>(all: Entry[], gone: Entry[]) => (gone.length === 0 ? all : all.slice(gone.length));
      added = {
        resources: left(added.resources, stored.resources),
        peers: left(added.peers, stored.peers),
        operations: left(added.operations, stored.operations),
        series: left(added.series, stored.series),
      };
    },
    /** Puts back what an earlier process stored; `highest` are the last ids that were ever given. */
    restore(entries: NewEntries, highest: typeof lastId) {
      Object.assign(lastId, highest);
      for (const resource of entries.resources) {
        resources.set(resource.identity, resource);
      }
      for (const peer of entries.peers) {
        peers.set(peer.identity, peer);
      }
      for (const operation of entries.operations) {
        const { role, route, operation: name, peer } = operation;
        operation.resource.operations.set(`${role}|${route ?? ""}|${name}|${peer?.identity ?? ""}`, operation);
        counts.operations++;
      }
      for (const series of entries.series) {
        series.resource.series.set(series.identity, series);
        counts.series++;
      }
    },
    resources: () => resources.values(),
    sizes: () => ({ resources: resources.size, peers: peers.size, ...counts }),
  };
}

export type Registry = ReturnType<typeof createRegistry>;

export function identityOf(attributes: Attributes): string {
  const keys = Object.keys(attributes);
  if (keys.length > 1) keys.sort();
  let identity = "";
  for (const key of keys) {
    const value = attributes[key];
    identity += `${key}=${typeof value === "object" ? JSON.stringify(value) : value};`;
  }
  return identity;
}

type MetricIdentity = { name: string; kind: string; temporality: string };

/** Whether it is certainly this one, told without making its identity; values that are objects are not compared. */
function isSeries(series: SeriesRef, metric: MetricIdentity, attributes: Attributes): boolean {
  if (series.metric !== metric.name || series.kind !== metric.kind || series.temporality !== metric.temporality)
    return false;
  let keys = 0;
  for (const key in attributes) {
    if (series.attributes[key] !== attributes[key]) return false;
    keys++;
  }
  for (const _ in series.attributes) keys--;
  return keys === 0;
}

function seriesIdentity(metric: MetricIdentity, attributes: Attributes): string {
  return `${metric.name}|${metric.kind}|${metric.temporality}|${identityOf(attributes)}`;
}

/** Long values (command lines) help nobody who asks for an entity, and fill every row that is joined. */
const LONGEST_VALUE = 300;

export function describeResource(id: number, identity: string, attributes: Attributes, now: number): ResourceRef {
  const texts: Record<string, string> = {};
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null) continue;
    texts[key] = (typeof value === "object" ? JSON.stringify(value) : String(value)).slice(0, LONGEST_VALUE);
  }
  const first = (...names: string[]) =>
    names.map((name) => texts[name]).find((value) => value !== undefined && value !== "");
  return {
    id,
    identity,
    service:
      first(
        "service.name",
        "k8s.deployment.name",
        "faas.name",
        "k8s.statefulset.name",
        "k8s.daemonset.name",
        "container.name",
      ) ?? "unknown_service",
    namespace: first("service.namespace") ?? "",
    environment: first("deployment.environment.name", "deployment.environment") ?? "",
    version: first("service.version") ?? null,
    instance: first("service.instance.id", "k8s.pod.name", "container.id", "host.name") ?? null,
    attributes: texts,
    firstSeenAt: now,
    lastSeenAt: now,
    processStartAt: null,
    operations: new Map(),
    series: new Map(),
    lastSeries: null,
  };
}
