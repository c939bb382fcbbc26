import type { ConceptId } from "../../core/concept.ts";
import type { Entity } from "../../core/entity.ts";
import type { SignalMap } from "../../core/signal-map.ts";
import type { Database } from "../../store/database.ts";
import { createDiscoverer } from "../read/discover.ts";
import { readSeries } from "../read/read-series.ts";
import { measures, type RollupCell } from "../rollup/rollup.ts";
import { BUCKET_SECONDS } from "../settings.ts";
import type { ResourceRef } from "../storage/registry.ts";
import type { Heartbeat, LevelSample, RequestIncrement, RuleTick, Subject } from "./rule-input.ts";
import { rememberOperations, serviceSubject } from "./subjects.ts";

/** Levels that rules look at. */
const levelConcepts: ConceptId[] = [
  "queue.depth",
  "queue.oldest_age",
  "pool.in_use",
  "pool.limit",
  "memory.working_set",
  "memory.limit",
  "heap.used",
  "heap.limit",
  "disk.used",
  "disk.capacity",
  "file_descriptors.used",
  "file_descriptors.limit",
];

const GRAPH_EVERY_MILLISECONDS = 30_000;
const LEVEL_WINDOW_MILLISECONDS = 30_000;

/** What differs from one process of an instance to the next; in a container every process may be number one. */
const processAttributes = ["process.pid", "process.creation.time", "container.id", "k8s.container.restart_count"];

/** Gathers what the alert rules need: roll-ups as they are written, heartbeats, and levels through the signal map. */
export function createRuleFeed(database: Database) {
  let requests: RequestIncrement[] = [];
  let heartbeats: Heartbeat[] = [];
  const operationOf = rememberOperations();
  let called = new Set<string>();
  let entities: Entity[] = [];
  let graphAt = Number.NEGATIVE_INFINITY;

  function subjectOf({ service, namespace }: { service: string; namespace: string }): Subject {
    return serviceSubject(service, namespace, !called.has(`service/${namespace}/${service}`));
  }

  return {
    addCells(cells: readonly RollupCell[]) {
      for (const { operation, measure, bucketAt, count, errors, sumSeconds, histogram } of cells) {
        if (measure !== measures.duration || (operation.role !== "server" && operation.role !== "consumer")) continue;
        if (operation.resource.service === "unknown_service") continue;
        const service = subjectOf(operation.resource);
        const increment = { bucketAt, count, errors, seconds: sumSeconds, histogram };
        requests.push({ subject: service, ...increment });
        const part = operationOf(service, operation.operation);
        if (part) requests.push({ subject: part, ...increment });
      }
    },
    addHeartbeats(seen: Map<number, Set<ResourceRef>>) {
      for (const [bucketAt, resources] of seen) {
        for (const resource of resources) {
          if (resource.service === "unknown_service") continue;
          const process = processAttributes.map((attribute) => resource.attributes[attribute] ?? "").join(" ");
          const instance = `${resource.instance ?? resource.id}|${resource.version ?? ""}|${process}`;
          heartbeats.push({ subject: subjectOf(resource), instance, bucketAt });
        }
      }
    },
    /** Everything since the last call. A database that is away costs the levels, not the rest. */
    async take(now: number, map: SignalMap | null): Promise<RuleTick> {
      const tick: RuleTick = { now, requests, heartbeats, levels: [] };
      requests = [];
      heartbeats = [];
      try {
        if (now - graphAt > GRAPH_EVERY_MILLISECONDS) {
          graphAt = now;
          ({ called, entities } = await readGraph(database, now));
        }
        if (map) tick.levels = await readLevels(database, map, entities, now);
      } catch {
        // the database is away: the next evaluation tries again
      }
      return tick;
    },
  };
}

/** Who is called by somebody who himself serves requests; a traced load generator does not make its target a back end. */
async function readGraph(database: Database, now: number): Promise<{ called: Set<string>; entities: Entity[] }> {
  const rows = await database.query<{ service: string; namespace: string }>(
    `select distinct p.service, p.namespace from peer_proofs p
     join operations o on o.peer_id = p.peer_id join resources r on r.id = o.resource_id
     where (r.service, r.namespace) <> (p.service, p.namespace) and p.last_seen_at >= $1
       and exists (select from operations s join resources q on q.id = s.resource_id
                   where q.service = r.service and q.namespace = r.namespace and s.role in ('server', 'consumer'))`,
    [now - 3_600_000],
  );
  const found = await createDiscoverer(database, "telemetry").discover({ from: now - 600_000, to: now });
  const entities = (found.body ?? [])
    .filter(({ claim }) => claim.name.kind !== "instance")
    .map(({ claim, environment }): Entity => {
      const { kind, namespace, name } = claim.name;
      const isService = claim.attributes["service.name"] !== undefined;
      const id = `${isService ? "service" : kind}/${namespace}/${name}`;
      return { id, kind, name, environment: environment ?? "", attributes: claim.attributes, business: null };
    });
  return { called: new Set(rows.map(({ service, namespace }) => `service/${namespace}/${service}`)), entities };
}

async function readLevels(database: Database, map: SignalMap, entities: Entity[], now: number): Promise<LevelSample[]> {
  const mapped = levelConcepts.filter((concept) => map.mappings.some((mapping) => mapping.concept === concept));
  const levels: LevelSample[] = [];
  const window = { from: now - LEVEL_WINDOW_MILLISECONDS, to: now };
  for (const concept of mapped) {
    // Each instance has its own limit: the fullest one is what matters, so instances are kept apart.
    const request = {
      concept,
      entities,
      statistic: "last" as const,
      keep: ["instance" as const],
      stepSeconds: BUCKET_SECONDS,
      window,
    };
    const answer = await readSeries(database, map, request, now);
    for (const { entityId, dimensions, startAt, stepSeconds, values } of answer.body ?? []) {
      const entity = entities.find(({ id }) => id === entityId);
      if (!entity) continue;
      const instance = dimensions.instance;
      const key = instance === undefined ? entityId : `${entityId}/${instance}`;
      const attributes =
        instance === undefined ? entity.attributes : { ...entity.attributes, "service.instance.id": instance };
      const subject: Subject = { key, name: entity.name, attributes, isEntry: false };
      values.forEach((value, index) => {
        if (value !== null) levels.push({ subject, concept, at: startAt + index * stepSeconds * 1000, value });
      });
    }
  }
  return levels;
}
