import type { ConceptId, Dimension, Statistic } from "../../core/concept.ts";
import type { Gap } from "../../core/observation.ts";
import type { Series } from "../../core/series.ts";
import type { Database } from "../../store/database.ts";
import { addPacked, createLogHistogram } from "../rollup/log-histogram.ts";
import { measures } from "../rollup/rollup.ts";
import type { EntityNames, KnownPeer } from "./entity-names.ts";
import type { Grid } from "./grid.ts";
import { readUnheard } from "./read-unheard.ts";
import { type Cells, type Sums, valuesOf } from "./span-cells.ts";
import { type SpanConcept, spanConcepts } from "./span-concepts.ts";

type OperationRow = {
  id: number;
  role: string;
  route: string | null;
  operation: string;
  peer_id: number | null;
  service: string;
  namespace: string;
  version: string | null;
  instance: string | null;
  zone: string | null;
  first_seen_at: number;
};

type Group = { names: EntityNames; dimensions: Partial<Record<Dimension, string>>; firstSeenAt: number };

type SpanAnswer = { series: Series[]; gaps: Gap[]; query: string };

/** A concept that spans give, for a set of entities: one aggregate query over the roll-ups, never over raw spans. */
export async function readSpanConcept(
  database: Database,
  peers: KnownPeer[],
  request: {
    concept: ConceptId;
    names: EntityNames[];
    statistic: Statistic;
    keep: Dimension[];
    grid: Grid;
    now: number;
  },
): Promise<SpanAnswer> {
  const concept = spanConcepts[request.concept];
  if (!concept) return { series: [], gaps: [], query: "" };
  const operations = await findOperations(database, request.names);
  const { groups, groupOfOperation } = groupOperations(operations, concept, request.names, request.keep, peers);
  const query = `roll-ups of ${concept.what}, measure ${concept.measure}, ${request.grid.stepSeconds} s`;
  const byGroup = await readSums(database, concept, groupOfOperation, request, groups);
  const unheard = concept.value === "rate" ? await readUnheard(database, request.grid) : [];
  const series: Series[] = [];
  const withData = new Set<string>();
  for (const [index, cells] of byGroup) {
    const group = groups[index.group] as Group;
    withData.add(group.names.entity.id);
    const dimensions =
      index.value === null ? group.dimensions : { ...group.dimensions, [index.dimension as Dimension]: index.value };
    series.push({
      entityId: group.names.entity.id,
      dimensions,
      startAt: request.grid.startAt,
      stepSeconds: request.grid.stepSeconds,
      values: valuesOf(cells, concept, request, group.firstSeenAt, unheard),
    });
  }
  const known = new Set(groups.map((group) => group.names.entity.id));
  const gaps = request.names.flatMap(({ entity }): Gap[] => {
    if (withData.has(entity.id)) return [];
    return known.has(entity.id)
      ? [{ entityId: entity.id, status: "empty", why: `no ${concept.what} in the window` }]
      : [{ entityId: entity.id, status: "unmapped", why: `no ${concept.what} were ever received of ${entity.name}` }];
  });
  return { series, gaps, query };
}

async function findOperations(database: Database, names: EntityNames[]): Promise<OperationRow[]> {
  const services = names.flatMap(({ service }) => (service === null ? [] : [service]));
  const peerIds = names.flatMap((each) => each.peerIds);
  return database.query<OperationRow>(
    `select o.id, o.role, o.route, o.operation, o.peer_id, r.service, r.namespace, r.version, r.instance,
            coalesce(r.attributes->>'cloud.availability_zone', r.attributes->>'cloud.region') as zone, o.first_seen_at
     from operations o join resources r on r.id = o.resource_id
     where r.service = any($1) or o.peer_id = any($2)`,
    [services, peerIds],
  );
}

function groupOperations(
  operations: OperationRow[],
  concept: SpanConcept,
  names: EntityNames[],
  keep: Dimension[],
  peers: KnownPeer[],
): { groups: Group[]; groupOfOperation: { operation: number; group: number }[] } {
  const groups: Group[] = [];
  const indexes = new Map<string, number>();
  const groupOfOperation: { operation: number; group: number }[] = [];
  const peerNames = new Map(peers.map((peer) => [peer.id, peer.service?.service ?? peer.name]));
  for (const each of names) {
    const own = operations.filter((operation) => belongs(operation, each, concept));
    // Callers' view only where the thing itself tells nothing: a database, a provider, a service without telemetry.
    const chosen =
      own.length > 0 || !concept.fromCallers
        ? own
        : operations.filter((operation) => isCallTo(operation, each, concept));
    const extra = concept.addUnansweredCalls
      ? operations.filter((operation) => isCallTo(operation, each, concept) && own.length > 0)
      : [];
    for (const operation of [...chosen, ...extra]) {
      const dimensions = dimensionsOf(operation, keep, peerNames);
      const key = `${each.entity.id}|${JSON.stringify(dimensions)}`;
      let group = indexes.get(key);
      if (group === undefined) {
        group = groups.push({ names: each, dimensions, firstSeenAt: operation.first_seen_at }) - 1;
        indexes.set(key, group);
      }
      const known = groups[group] as Group;
      known.firstSeenAt = Math.min(known.firstSeenAt, operation.first_seen_at);
      groupOfOperation.push({ operation: operation.id, group });
    }
  }
  return { groups, groupOfOperation };
}

function belongs(operation: OperationRow, names: EntityNames, concept: SpanConcept): boolean {
  if (names.service === null || operation.service !== names.service) {
    return (
      concept.ofPeer === true &&
      operation.peer_id !== null &&
      names.peerIds.includes(operation.peer_id) &&
      concept.roles.includes(operation.role)
    );
  }
  if (names.namespace !== null && operation.namespace !== names.namespace) return false;
  if (names.instance !== null && operation.instance !== names.instance) return false;
  return concept.roles.includes(operation.role);
}

function isCallTo(operation: OperationRow, names: EntityNames, concept: SpanConcept): boolean {
  return (
    operation.role === (concept.callerRole ?? "client") &&
    operation.peer_id !== null &&
    names.peerIds.includes(operation.peer_id)
  );
}

function dimensionsOf(
  operation: OperationRow,
  keep: Dimension[],
  peerNames: Map<number, string>,
): Partial<Record<Dimension, string>> {
  const all: Partial<Record<Dimension, string | null>> = {
    peer: operation.peer_id === null ? null : (peerNames.get(operation.peer_id) ?? null),
    instance: operation.instance,
    version: operation.version,
    zone: operation.zone,
    route: operation.route ?? (operation.role === "server" ? operation.operation : null),
    operation: operation.operation,
  };
  const kept: Partial<Record<Dimension, string>> = {};
  for (const dimension of keep) {
    const value = all[dimension];
    if (value !== null && value !== undefined) kept[dimension] = value;
  }
  return kept;
}

async function readSums(
  database: Database,
  concept: SpanConcept,
  groupOfOperation: { operation: number; group: number }[],
  request: { statistic: Statistic; keep: Dimension[]; grid: Grid },
  groups: Group[],
): Promise<Map<{ group: number; dimension: Dimension | null; value: string | null }, Cells>> {
  const result = new Map<{ group: number; dimension: Dimension | null; value: string | null }, Cells>();
  if (groups.length === 0) return result;
  const { grid } = request;
  const parameters = [
    groupOfOperation.map(({ operation }) => operation),
    groupOfOperation.map(({ group }) => group),
    grid.startAt,
    grid.endAt,
    grid.stepMilliseconds,
    concept.measure,
  ];
  const source = `from rollups r join unnest($1::integer[], $2::integer[]) as g(operation_id, grp) using (operation_id)`;
  const where = `where r.bucket_at >= $3 and r.bucket_at < $4 and r.measure = $6`;
  const rows = await database.query<Sums & { grp: number; cell: number }>(
    `select grp, ((r.bucket_at - $3) / $5)::integer as cell, sum(r.count)::float8 as count, sum(r.errors)::float8 as errors,
       sum(r.sum_seconds) as seconds, max(r.max_seconds) as maximum, sum(r.timeouts)::float8 as timeouts,
       sum(r.connect_errors)::float8 as connect, sum(r.rate_limited)::float8 as limited, sum(r.retries)::float8 as retries,
       sum(r.dns_errors)::float8 as names, sum(r.redelivered)::float8 as redelivered
     ${source} ${where} group by 1, 2`,
    parameters,
  );
  const keys = new Map<number, { group: number; dimension: Dimension | null; value: string | null }>();
  const cellsOf = (group: number): Cells => {
    let key = keys.get(group);
    if (!key) {
      key = { group, dimension: null, value: null };
      keys.set(group, key);
      result.set(key, new Map());
    }
    return result.get(key) as Cells;
  };
  for (const row of rows) cellsOf(row.grp).set(row.cell, { sums: row, histogram: null });
  if (concept.value === "duration" && /^p\d/.test(request.statistic)) {
    const buckets = await database.query<{ grp: number; cell: number; bucket: number; n: number }>(
      `select grp, ((r.bucket_at - $3) / $5)::integer as cell, (r.histogram_offset + h.i - 1)::integer as bucket, sum(h.n)::float8 as n
       ${source}, unnest(r.histogram) with ordinality as h(n, i) ${where} group by 1, 2, 3`,
      parameters,
    );
    for (const row of buckets) {
      const cell = cellsOf(row.grp).get(row.cell);
      if (!cell) continue;
      cell.histogram ??= createLogHistogram();
      addPacked(cell.histogram, row.bucket, [row.n]);
    }
  }
  const detail = request.keep.find((dimension) => dimension === "reason" || dimension === "status");
  if (!detail || concept.measure !== measures.duration) return result;
  return splitByDetail(database, detail, source, where, parameters, result);
}

/** Keeps failures by reason, or requests by status code, apart; the sums of the whole stay the denominator. */
async function splitByDetail(
  database: Database,
  detail: Dimension,
  source: string,
  where: string,
  parameters: unknown[],
  whole: Map<{ group: number; dimension: Dimension | null; value: string | null }, Cells>,
): Promise<typeof whole> {
  const column = detail === "reason" ? "reasons" : "statuses";
  const rows = await database.query<{ grp: number; cell: number; key: string; n: number }>(
    `select grp, ((r.bucket_at - $3) / $5)::integer as cell, d.key, sum(d.value::float8) as n
     ${source}, jsonb_each_text(r.${column}) as d ${where} and r.${column} is not null group by 1, 2, 3`,
    parameters,
  );
  const result: typeof whole = new Map();
  const keys = new Map<string, Cells>();
  for (const [{ group }, cells] of whole) {
    for (const row of rows.filter(({ grp }) => grp === group)) {
      const id = `${group}|${row.key}`;
      let part = keys.get(id);
      if (!part) {
        part = new Map([...cells].map(([cell, { sums }]) => [cell, { sums: { ...sums, errors: 0 }, histogram: null }]));
        keys.set(id, part);
        result.set({ group, dimension: detail, value: row.key }, part);
      }
      const cell = part.get(row.cell);
      if (!cell) continue;
      if (detail === "reason") cell.sums.errors = row.n;
      else cell.sums = { ...cell.sums, count: row.n, errors: isFailureStatus(row.key) ? row.n : 0 };
    }
  }
  return result.size > 0 ? result : whole;
}

function isFailureStatus(status: string): boolean {
  return /^5\d\d$|^429$|^408$/.test(status) || (status.startsWith("grpc ") && status !== "grpc 0");
}
