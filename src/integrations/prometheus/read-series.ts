import type { MetricsReader, SourceAnswer } from "../../core/capability.ts";
import type { Dimension } from "../../core/concept.ts";
import type { Entity, EntityId } from "../../core/entity.ts";
import type { Gap } from "../../core/observation.ts";
import type { Series } from "../../core/series.ts";
import type { SignalMapping } from "../../core/signal-map.ts";
import { mappingsOf, metricsOf } from "../../formats/discover-signal-map.ts";
import { type MatrixSeries, numberOf, type PrometheusApi } from "./api.ts";
import { anyOf, compileSignal } from "./compile-signal.ts";
import { type Grid, gridOf } from "./grid.ts";
import { isKnownTo, labelValuesFor, naming, rankOf } from "./name-entities.ts";
import { queryRangeInParts } from "./query-range-in-parts.ts";
import type { SignalState, SignalStateReader } from "./signal-state.ts";

type Request = Parameters<MetricsReader["readSeries"]>[0];

/** More entities than this are asked for in several queries: a URL or a matcher has an end. */
const entitiesAtOnce = 150;

/**
 * Prometheus as a reader of metrics: one aggregate query for a whole set of entities, per line of the signal map that is
 * needed. Never throws for what the source says.
 */
export function readSeries(
  api: PrometheusApi,
  signals: SignalStateReader,
  linkTo: (query: string, grid: Grid) => string,
): MetricsReader["readSeries"] {
  return async (request) => {
    const first = await signals();
    if (first.kind === "trouble") return { ...first.answer, gaps: gapsFor(request.entities, first.answer) };
    let state = first.state;
    if (request.entities.some((entity) => !hasSignal(state, request, entity))) {
      const again = await signals({ isFreshNeeded: true });
      if (again.kind === "known") state = again.state;
    }
    const collected: Collected = {
      series: [],
      queries: [],
      notes: [...state.warnings],
      trouble: null,
      answered: new Set(),
      peers: new Set(),
    };
    const grid = gridOf(request.window, request.stepSeconds);
    for (const mapping of mappingsOf(state.map, request.concept)) {
      const open = request.entities.filter(
        (entity) => isOpen(collected, request, entity) && canAnswer(state, mapping, entity),
      );
      for (let start = 0; start < open.length; start += entitiesAtOnce) {
        await ask(api, state, request, mapping, open.slice(start, start + entitiesAtOnce), grid, collected);
      }
    }
    return conclude(request, state, collected, (query) => linkTo(query, grid));
  };
}

type Collected = {
  series: Series[];
  queries: string[];
  notes: string[];
  trouble: SourceAnswer<never> | null;
  answered: Set<EntityId>;
  /** Entity and peer that already have a series: another line may add other peers, not tell the same one twice. */
  peers: Set<string>;
};

/** With peers kept, lines add up: HTTP and database calls of one service are told by different metrics. */
function isOpen(collected: Collected, request: Request, entity: Entity): boolean {
  return request.keep.includes("peer") || !collected.answered.has(entity.id);
}

function canAnswer(state: SignalState, mapping: SignalMapping, entity: Entity): boolean {
  if (!mapping.entityKinds.includes(entity.kind)) return false;
  const [metric] = metricsOf(mapping.expression);
  return mapping.convention === "person" || isKnownTo(state.entries.get(metric ?? ""), naming(mapping, entity), entity);
}

function hasSignal(state: SignalState, request: Request, entity: Entity): boolean {
  return mappingsOf(state.map, request.concept).some((mapping) => canAnswer(state, mapping, entity));
}

async function ask(
  api: PrometheusApi,
  state: SignalState,
  request: Request,
  mapping: SignalMapping,
  entities: Entity[],
  grid: Grid,
  collected: Collected,
): Promise<void> {
  // Instances are named by another label than services: two questions.
  for (const group of groupByNaming(mapping, entities)) {
    const { labels, members } = group;
    const dimensions = dimensionsOf(state, mapping, request.keep);
    for (const missing of request.keep.filter((dimension) => !dimensions.has(dimension))) {
      collected.notes.push(`${metricsOf(mapping.expression)[0]} has no label for ${missing}`);
    }
    const joined =
      dimensions.get("version") === versionOfTarget && !hasLabel(state, mapping, versionOfTarget)
        ? versionOfTarget
        : null;
    const compiled = compileSignal(mapping.expression, {
      statistic: request.statistic,
      where: matchersFor(labels, members),
      groupBy: [...new Set([...labels, ...dimensions.values()])],
      levelSeconds: Math.max(request.stepSeconds, Math.ceil(state.scrapeIntervalSeconds * 1.5)),
      rateSeconds: Math.max(request.stepSeconds, state.scrapeIntervalSeconds * 3),
      quantilesOf: (metric) => state.entries.get(metric)?.labels["quantile"] ?? [],
      joinedLabel: joined,
    });
    collected.queries.push(compiled.query);
    const answer = await queryRangeInParts(api, compiled.query, grid);
    collected.notes.push(...answer.notes);
    if (compiled.deviation && answer.series.length > 0) collected.notes.push(compiled.deviation);
    if (answer.trouble) collected.trouble = answer.trouble;
    collect(answer.series, members, labels, dimensions, grid, collected);
  }
}

const versionOfTarget = "service_version";

function dimensionsOf(state: SignalState, mapping: SignalMapping, keep: Dimension[]): Map<Dimension, string> {
  const found = new Map<Dimension, string>();
  for (const dimension of keep) {
    const label = mapping.dimensionLabels[dimension];
    if (label !== undefined) found.set(dimension, label);
    else if (dimension === "version" && state.entries.get("target_info")?.labels[versionOfTarget])
      found.set(dimension, versionOfTarget);
  }
  return found;
}

function hasLabel(state: SignalState, mapping: SignalMapping, label: string): boolean {
  return metricsOf(mapping.expression).some((metric) => state.entries.get(metric)?.labels[label] !== undefined);
}

function groupByNaming(mapping: SignalMapping, entities: Entity[]): { labels: string[]; members: Entity[] }[] {
  const groups = new Map<string, { labels: string[]; members: Entity[] }>();
  for (const entity of entities) {
    const labels = naming(mapping, entity);
    const group = groups.get(labels.join()) ?? { labels, members: [] };
    group.members.push(entity);
    groups.set(labels.join(), group);
  }
  return [...groups.values()];
}

function matchersFor(labels: string[], entities: Entity[]) {
  return labels.flatMap((label) => {
    const values = entities.map((entity) => labelValuesFor(entity, label));
    if (values.some((wanted) => wanted === null)) return [];
    const all = [...new Set(values.flatMap((wanted) => wanted ?? []))].sort();
    return [{ label, operator: "=~" as const, value: anyOf(all) }];
  });
}

/** Each series of the answer goes to the entity that its labels name best; of several that name one, the best stays. */
function collect(
  answer: MatrixSeries[],
  entities: Entity[],
  labels: string[],
  dimensions: Map<Dimension, string>,
  grid: Grid,
  collected: Collected,
): void {
  const best = new Map<string, { series: Series; rank: number }>();
  for (const { metric, values } of answer) {
    const [winner] = entities
      .map((entity) => ({ entity, rank: rankOf(entity, labels, metric) }))
      .filter((candidate): candidate is { entity: Entity; rank: number } => candidate.rank !== null)
      .sort((left, right) => left.rank - right.rank);
    if (!winner) continue;
    const kept: Series["dimensions"] = {};
    for (const [dimension, label] of dimensions) if (metric[label]) kept[dimension] = metric[label];
    const series: Series = {
      entityId: winner.entity.id,
      dimensions: kept,
      startAt: grid.startAt,
      stepSeconds: grid.stepSeconds,
      values: onGrid(values, grid),
    };
    if (series.values.every((value) => value === null)) continue;
    const key = JSON.stringify([winner.entity.id, kept]);
    const rival = best.get(key);
    if (!rival || winner.rank < rival.rank) best.set(key, { series, rank: winner.rank });
  }
  for (const { series } of best.values()) {
    const peer = `${series.entityId} ${series.dimensions.peer ?? ""}`;
    const isTold = dimensions.has("peer") ? collected.peers.has(peer) : collected.answered.has(series.entityId);
    if (!isTold) collected.series.push(series);
  }
  for (const { series } of best.values()) {
    collected.answered.add(series.entityId);
    collected.peers.add(`${series.entityId} ${series.dimensions.peer ?? ""}`);
  }
}

/** Prometheus leaves out steps without a sample, and writes NaN where there is no number. */
function onGrid(values: [number, string][], grid: Grid): (number | null)[] {
  const filled: (number | null)[] = new Array<number | null>(grid.steps).fill(null);
  for (const [atSeconds, text] of values) {
    const place = Math.round((atSeconds * 1000 - grid.startAt) / (grid.stepSeconds * 1000)) - 1;
    if (place >= 0 && place < filled.length) filled[place] = numberOf(text);
  }
  return filled;
}

function conclude(
  request: Request,
  state: SignalState,
  collected: Collected,
  linkTo: (query: string) => string,
): SourceAnswer<Series[]> {
  const { series, queries, trouble } = collected;
  const notes = [...new Set(collected.notes)];
  const gaps: Gap[] = request.entities
    .filter((entity) => !collected.answered.has(entity.id))
    .map((entity): Gap => {
      if (!hasSignal(state, request, entity))
        return {
          entityId: entity.id,
          status: "unmapped",
          why: `no metric here tells ${request.concept} of ${entity.name}`,
        };
      if (trouble)
        return {
          entityId: entity.id,
          status: trouble.status === "denied" ? "denied" : "failed",
          why: trouble.why ?? "the query failed",
        };
      return { entityId: entity.id, status: "empty", why: "no samples in the window" };
    });
  const first = queries[0];
  const about = { gaps, ...(first === undefined ? {} : { query: queries.join("\n"), link: linkTo(first) }) };
  const why = trouble?.why ?? (notes.length > 0 ? notes.join("; ") : undefined);
  const reason = {
    ...(why === undefined ? {} : { why }),
    ...(trouble?.wayOut === undefined ? {} : { wayOut: trouble.wayOut }),
  };
  if (series.length > 0) return { status: why === undefined ? "data" : "partial", body: series, ...reason, ...about };
  if (trouble) return { ...trouble, ...about };
  if (gaps.length > 0 && gaps.every(({ status }) => status === "unmapped")) {
    return {
      status: "unmapped",
      body: null,
      why: `no metric here tells ${request.concept} of what was asked about`,
      wayOut: "Map a metric to it under Settings, Signals.",
      gaps,
    };
  }
  return { status: "empty", body: [], ...reason, ...about };
}

function gapsFor(entities: Entity[], answer: SourceAnswer<unknown>): Gap[] {
  const status = answer.status === "denied" ? "denied" : "failed";
  return entities.map(({ id }) => ({ entityId: id, status, why: answer.why ?? "the source could not be asked" }));
}
