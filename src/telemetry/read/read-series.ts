import type { MetricsReader, SourceAnswer } from "../../core/capability.ts";
import { type ConceptId, conceptIds } from "../../core/concept.ts";
import type { Entity } from "../../core/entity.ts";
import type { Gap } from "../../core/observation.ts";
import type { Series } from "../../core/series.ts";
import type { LabelMatcher, SignalMap, SignalMapping } from "../../core/signal-map.ts";
import type { Database } from "../../store/database.ts";
import { loadPeers, namesOf } from "./entity-names.ts";
import { evaluateMapping } from "./evaluate-expression.ts";
import { groupSeries, loadSeries } from "./find-series.ts";
import { gridOf } from "./grid.ts";
import { heartbeatConcepts, readHeartbeats } from "./read-heartbeats.ts";
import { answerOf, guarded } from "./read-logs.ts";
import { readSpanConcept } from "./read-span-concept.ts";
import { spanConcepts } from "./span-concepts.ts";

type SeriesRequest = Parameters<MetricsReader["readSeries"]>[0];

/**
 * All concepts that spans, heartbeats and OTLP metrics give. Requests and calls come from spans where there are any, all
 * else from metrics through the signal map. Values of the dimensions `peer` and `instance` are names (a service's name, a
 * peer's, an instance's id), which the door resolves to entity ids. Steps are multiples of five seconds.
 */
export function createMetricsReader(database: Database, signalMap: () => SignalMap, now: () => number): MetricsReader {
  return {
    readSeries: (request) => guarded(() => readSeries(database, signalMap(), request, now())),
    coverage: (entities) => coverage(database, signalMap(), entities),
  };
}

export async function readSeries(
  database: Database,
  map: SignalMap,
  request: SeriesRequest,
  now: number,
): Promise<SourceAnswer<Series[]>> {
  const { concept, entities } = request;
  const series: Series[] = [];
  const queries: string[] = [];
  const gapOf = new Map<string, Gap>();
  let open = entities;
  const settle = (answer: { series: Series[]; gaps: Gap[]; query: string }) => {
    if (answer.query !== "") queries.push(answer.query);
    series.push(...answer.series);
    const answered = new Set(answer.series.map(({ entityId }) => entityId));
    for (const gap of answer.gaps) {
      const known = gapOf.get(gap.entityId);
      // "Empty" says more than "unmapped": somewhere somebody looked.
      if (!known || known.status === "unmapped") gapOf.set(gap.entityId, gap);
    }
    open = open.filter(({ id }) => !answered.has(id));
  };
  const fromMetrics = async () => {
    if (open.length > 0) settle(await readMapped(database, map, { ...request, entities: open }));
  };
  const isFromSpansFirst = concept.startsWith("request.") || concept.startsWith("call.");
  if (!isFromSpansFirst) await fromMetrics();
  if (open.length > 0 && (spanConcepts[concept] || heartbeatConcepts.includes(concept))) {
    const peers = await loadPeers(database);
    const names = open.map((entity) => namesOf(entity, peers));
    const grid = gridOf(request.window, request.stepSeconds);
    const { statistic, keep } = request;
    if (spanConcepts[concept])
      settle(await readSpanConcept(database, peers, { concept, names, statistic, keep, grid, now }));
    else settle(await readHeartbeats(database, { concept, names, keep, grid, now }));
  }
  if (isFromSpansFirst) await fromMetrics();
  const gaps = open.map(
    (entity): Gap =>
      gapOf.get(entity.id) ?? {
        entityId: entity.id,
        status: "unmapped",
        why: `no signal for ${concept} was ever received of ${entity.name}`,
      },
  );
  return { ...answerOf(series, gaps, queries.join("; ")), isTainted: false };
}

function mappingsFor(map: SignalMap, concept: ConceptId, entity: Entity): SignalMapping[] {
  return map.mappings
    .filter((mapping) => mapping.concept === concept)
    .filter(({ entityKinds }) => entityKinds.length === 0 || entityKinds.includes(entity.kind))
    .sort((left, right) => right.priority - left.priority);
}

/** Each entity is answered by the first of its mappings that has data for it. */
async function readMapped(
  database: Database,
  map: SignalMap,
  request: SeriesRequest,
): Promise<{ series: Series[]; gaps: Gap[]; query: string }> {
  const { concept, keep, statistic } = request;
  const grid = gridOf(request.window, request.stepSeconds);
  const series: Series[] = [];
  const known = new Set<string>();
  const answered = new Set<string>();
  const queries: string[] = [];
  const mappings = new Set(request.entities.flatMap((entity) => mappingsFor(map, concept, entity)));
  for (const mapping of [...mappings].sort((left, right) => right.priority - left.priority)) {
    const entities = request.entities.filter(
      (entity) => !answered.has(entity.id) && mappingsFor(map, concept, entity).includes(mapping),
    );
    if (entities.length === 0) continue;
    const evaluated = await evaluateMapping(database, { mapping, entities, keep, statistic, grid });
    for (const id of evaluated.known) known.add(id);
    for (const { entity, dimensions, values } of evaluated.results) {
      answered.add(entity.id);
      series.push({ entityId: entity.id, dimensions, startAt: grid.startAt, stepSeconds: grid.stepSeconds, values });
    }
    queries.push(describe(mapping.expression));
  }
  const gaps = request.entities.flatMap((entity): Gap[] => {
    if (answered.has(entity.id)) return [];
    return known.has(entity.id)
      ? [{ entityId: entity.id, status: "empty", why: `no points for ${concept} of ${entity.name} in the window` }]
      : [
          {
            entityId: entity.id,
            status: "unmapped",
            why: `no signal for ${concept} was ever received of ${entity.name}`,
          },
        ];
  });
  return { series, gaps, query: queries.join("; ") };
}

function describe(expression: SignalMapping["expression"]): string {
  switch (expression.form) {
    case "ratio":
      return `${describe(expression.numerator)} / ${describe(expression.denominator)}`;
    case "difference":
      return `${describe(expression.from)} − ${describe(expression.subtract)}`;
    case "sum":
      return expression.of.map(describe).join(" + ");
    case "scaled":
      return `${expression.factor} × ${describe(expression.of)}`;
    default: {
      const where = expression.where.map(({ label, operator, value }) => `${label}${operator}"${value}"`).join(", ");
      return `${expression.form} ${expression.metric}{${where}}`;
    }
  }
}

async function coverage(
  database: Database,
  map: SignalMap,
  entities: Entity[],
): Promise<{ concept: ConceptId; coveredRatio: number; signal: string }[]> {
  const result: { concept: ConceptId; coveredRatio: number; signal: string }[] = [];
  if (entities.length === 0) return result;
  const peers = await loadPeers(database);
  const names = entities.map((entity) => namesOf(entity, peers));
  const operations = await database.query<{ role: string; service: string; peer_id: number | null }>(
    "select distinct o.role, r.service, o.peer_id from operations o join resources r on r.id = o.resource_id",
  );
  const services = new Set(
    (await database.query<{ service: string }>("select distinct service from resources")).map(({ service }) => service),
  );
  const seriesOf = new Map<string, Awaited<ReturnType<typeof loadSeries>>>();
  for (const concept of conceptIds) {
    const covered = new Set<string>();
    const signals = new Set<string>();
    const span = spanConcepts[concept];
    if (span) {
      for (const each of names) {
        const own = operations.some(({ role, service }) => service === each.service && span.roles.includes(role));
        const asPeer =
          (span.fromCallers === true || span.ofPeer === true) &&
          operations.some(({ peer_id }) => peer_id !== null && each.peerIds.includes(peer_id));
        if (own || asPeer) covered.add(each.entity.id);
      }
      if (covered.size > 0) signals.add("spans");
    }
    if (heartbeatConcepts.includes(concept)) {
      for (const each of names) if (each.service !== null && services.has(each.service)) covered.add(each.entity.id);
      if (covered.size > 0) signals.add("heartbeats");
    }
    for (const mapping of map.mappings.filter((each) => each.concept === concept)) {
      const eligible = entities.filter(
        ({ id, kind }) => !covered.has(id) && (mapping.entityKinds.length === 0 || mapping.entityKinds.includes(kind)),
      );
      for (const { metric, where } of leavesOf(mapping.expression)) {
        const all = seriesOf.get(metric) ?? (await loadSeries(database, metric));
        seriesOf.set(metric, all);
        for (const { entity } of groupSeries(all, where, mapping, eligible, [])) {
          covered.add(entity.id);
          signals.add(metric);
        }
      }
    }
    result.push({ concept, coveredRatio: covered.size / entities.length, signal: [...signals].join(", ") });
  }
  return result.filter(({ coveredRatio }) => coveredRatio > 0);
}

/** What has to be there for the expression to have a value. */
function leavesOf(expression: SignalMapping["expression"]): { metric: string; where: LabelMatcher[] }[] {
  switch (expression.form) {
    case "ratio":
      return leavesOf(expression.numerator);
    case "difference":
      return leavesOf(expression.from);
    case "sum":
      return expression.of.flatMap(leavesOf);
    case "scaled":
      return leavesOf(expression.of);
    default:
      return [expression];
  }
}
