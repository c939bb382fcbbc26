import type { EntityKind } from "../../core/entity.ts";
import type { Database } from "../../store/database.ts";
import type { Attributes } from "../otlp/received.ts";
import type { SpanRole } from "../rollup/span-facts.ts";
import { jsonColumn } from "./copy-rows.ts";
import {
  describeResource,
  type NewEntries,
  type OperationRef,
  type PeerRef,
  type ResourceRef,
  type SeriesRef,
} from "./registry.ts";

/** Inserts what is new, in one statement a table. */
export async function insertEntries(database: Database, entries: NewEntries): Promise<void> {
  const { resources, peers, operations, series } = entries;
  if (resources.length > 0) {
    await insertJson(
      database,
      `insert into resources select * from jsonb_to_recordset($1) as r(id integer, identity text, service text, namespace text,
         environment text, version text, instance text, attributes jsonb, first_seen_at bigint, last_seen_at bigint)`,
      resources.map((resource) => ({
        id: resource.id,
        identity: resource.identity,
        service: resource.service,
        namespace: resource.namespace,
        environment: resource.environment,
        version: resource.version,
        instance: resource.instance,
        attributes: resource.attributes,
        first_seen_at: Math.floor(resource.firstSeenAt),
        last_seen_at: Math.floor(resource.lastSeenAt),
      })),
    );
  }
  if (peers.length > 0) {
    await insertJson(
      database,
      `insert into peers select * from jsonb_to_recordset($1) as r(id integer, identity text, kind text, name text,
         attributes jsonb, first_seen_at bigint)`,
      peers.map(({ id, identity, kind, name, attributes, firstSeenAt }) => ({
        id,
        identity,
        kind,
        name,
        attributes,
        first_seen_at: Math.floor(firstSeenAt),
      })),
    );
  }
  if (operations.length > 0) {
    await insertJson(
      database,
      `insert into operations select * from jsonb_to_recordset($1) as r(id integer, resource_id integer, role text, route text,
         operation text, peer_id integer, first_seen_at bigint)`,
      operations.map((entry) => ({
        id: entry.id,
        resource_id: entry.resource.id,
        role: entry.role,
        route: entry.route,
        operation: entry.operation,
        peer_id: entry.peer?.id ?? null,
        first_seen_at: Math.floor(entry.firstSeenAt),
      })),
    );
  }
  for (let index = 0; index < series.length; index += 5_000) {
    await insertJson(
      database,
      `insert into series select * from jsonb_to_recordset($1) as r(id integer, identity text, metric text, kind text, unit text,
         temporality text, is_monotonic boolean, resource_id integer, attributes jsonb, first_seen_at bigint, last_seen_at bigint)`,
      series.slice(index, index + 5_000).map((entry) => ({
        id: entry.id,
        identity: entry.identity,
        metric: entry.metric,
        kind: entry.kind,
        unit: entry.unit,
        temporality: entry.temporality,
        is_monotonic: entry.isMonotonic,
        resource_id: entry.resource.id,
        attributes: entry.attributes,
        first_seen_at: Math.floor(entry.firstSeenAt),
        last_seen_at: Math.floor(entry.lastSeenAt),
      })),
    );
  }
}

async function insertJson(database: Database, statement: string, rows: unknown[]): Promise<void> {
  await database.query(statement, [jsonColumn(rows)]);
}

/** Everything that was seen since `since`, for a process that starts. */
export async function loadEntries(database: Database, since: number): Promise<NewEntries> {
  const resourceRows = await database.query<{
    id: number;
    identity: string;
    attributes: Attributes;
    first_seen_at: number;
    last_seen_at: number;
  }>(
    "select id, identity, attributes, first_seen_at, last_seen_at from resources where last_seen_at >= $1 order by id",
    [since],
  );
  const resources = new Map<number, ResourceRef>();
  for (const row of resourceRows) {
    const resource = describeResource(row.id, row.identity, row.attributes, row.first_seen_at);
    resources.set(row.id, { ...resource, lastSeenAt: row.last_seen_at });
  }
  const peerRows = await database.query<{
    id: number;
    identity: string;
    kind: EntityKind;
    name: string;
    attributes: Record<string, string>;
    first_seen_at: number;
  }>("select * from peers order by id");
  const peers = new Map<number, PeerRef>();
  for (const row of peerRows) {
    const { id, identity, kind, name, attributes } = row;
    const isAddress = kind === "external";
    peers.set(id, { id, identity, kind, name, attributes, isAddress, firstSeenAt: row.first_seen_at });
  }
  const ids = [...resources.keys()];
  const operations: OperationRef[] = [];
  for (const row of await database.query<{
    id: number;
    resource_id: number;
    role: SpanRole;
    route: string | null;
    operation: string;
    peer_id: number | null;
    first_seen_at: number;
  }>("select * from operations where resource_id = any($1) order by id", [ids])) {
    const resource = resources.get(row.resource_id);
    if (!resource) continue;
    const { id, role, route, operation } = row;
    const peer = row.peer_id === null ? null : (peers.get(row.peer_id) ?? null);
    operations.push({ id, resource, role, route, operation, peer, firstSeenAt: row.first_seen_at });
  }
  const series: SeriesRef[] = [];
  for (const row of await database.query<{
    id: number;
    identity: string;
    metric: string;
    kind: string;
    unit: string;
    temporality: string;
    is_monotonic: boolean;
    resource_id: number;
    attributes: Attributes;
    first_seen_at: number;
    last_seen_at: number;
  }>("select * from series where resource_id = any($1) and last_seen_at >= $2 order by id", [ids, since])) {
    const resource = resources.get(row.resource_id);
    if (!resource) continue;
    const { id, identity, metric, kind, unit, temporality, attributes } = row;
    const seen = { firstSeenAt: row.first_seen_at, lastSeenAt: row.last_seen_at };
    series.push({
      id,
      identity,
      metric,
      kind,
      unit,
      temporality,
      isMonotonic: row.is_monotonic,
      resource,
      attributes,
      ...seen,
      next: null,
    });
  }
  return { resources: [...resources.values()], peers: [...peers.values()], operations, series };
}

/** Ids must not be given twice, even where the rows that used them are no longer loaded. */
export async function highestIds(
  database: Database,
): Promise<{ resource: number; peer: number; operation: number; series: number }> {
  const [row] = await database.query<{ resource: number; peer: number; operation: number; series: number }>(
    `select coalesce((select max(id) from resources), 0) as resource, coalesce((select max(id) from peers), 0) as peer,
            coalesce((select max(id) from operations), 0) as operation, coalesce((select max(id) from series), 0) as series`,
  );
  return row ?? { resource: 0, peer: 0, operation: 0, series: 0 };
}

/** Removes what was not seen since the oldest data that is kept. */
export async function forgetUnseen(database: Database, since: number): Promise<void> {
  await database.query("delete from series where last_seen_at < $1", [since]);
  await database.query(
    "delete from operations where resource_id in (select id from resources where last_seen_at < $1)",
    [since],
  );
  await database.query(
    "delete from resources r where last_seen_at < $1 and not exists (select from series s where s.resource_id = r.id)",
    [since],
  );
  await database.query("delete from peer_proofs where last_seen_at < $1", [since]);
}
