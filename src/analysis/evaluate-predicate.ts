import type { Statistic } from "../core/concept.ts";
import type { Edge, EntityId } from "../core/entity.ts";
import { isReadable, type Observation, type ObservationBody } from "../core/observation.ts";
import type { Operator, Predicate, PredicateResult } from "../core/predicate.ts";
import type { Series } from "../core/series.ts";
import { isSurelyBefore, type Window } from "../core/window.ts";
import { pointsWithin } from "./statistics/series-values.ts";
import { mean } from "./statistics/summary.ts";
import { theilSen } from "./statistics/trend.ts";

/** Displayed figures are rounded: 2 % either way is the same figure (METHODS 9). */
const tolerance = 0.02;
/** Clocks and scrapes: an event may be stamped one scrape off (METHODS 9). */
const scrapeMilliseconds = 30_000;

/**
 * Is it so, on these stored observations? `not-observable` wherever nobody could look, or looked and the answer cannot
 * decide it. Anyone can ask again: the same predicate and observations give the same result.
 */
export function evaluatePredicate(
  predicate: Predicate,
  observations: readonly Observation[],
  edges: readonly Edge[] = [],
): PredicateResult {
  switch (predicate.kind) {
    case "value":
    case "changed":
    case "trend":
      return onSeries(predicate, observations);
    case "log":
      return onLog(predicate, observations);
    case "field":
      return onField(predicate, observations);
    case "change":
      return onChange(predicate, observations);
    case "absent":
      return onAbsence(predicate, observations);
    case "edge":
      return onEdge(predicate, observations, edges);
    case "before":
      if (isSurelyBefore(predicate.first, predicate.second)) return "true";
      return isSurelyBefore(predicate.second, predicate.first) ? "false" : "not-observable";
    case "all": {
      const results = predicate.of.map((part) => evaluatePredicate(part, observations, edges));
      if (results.includes("false")) return "false";
      return results.includes("not-observable") || results.length === 0 ? "not-observable" : "true";
    }
  }
}

type OnSeries = Extract<Predicate, { kind: "value" | "changed" | "trend" }>;

function onSeries(predicate: OnSeries, observations: readonly Observation[]): PredicateResult {
  const measured = (window: Window) => {
    const values = seriesFor(predicate, observations).flatMap((series) => {
      const value = overWindow(series, window, predicate.statistic);
      return value === null ? [] : [value];
    });
    return values.length === 0 ? null : acrossSeries(values, predicate.statistic);
  };
  switch (predicate.kind) {
    case "value": {
      const value = measured(predicate.window);
      if (value === null) return "not-observable";
      return truth(compare(value, predicate.operator, predicate.threshold));
    }
    case "changed": {
      const before = measured(predicate.baseline);
      const after = measured(predicate.window);
      if (before === null || after === null) return "not-observable";
      const change = predicate.direction === "up" ? after - before : before - after;
      return truth(change > 0 && change >= predicate.minimumChange * (1 - tolerance));
    }
    case "trend": {
      const slopes = seriesFor(predicate, observations).flatMap((series) => {
        const slope = theilSen(pointsWithin(series, predicate.window));
        return slope ? [slope.perSecond] : [];
      });
      if (slopes.length === 0) return "not-observable";
      const least = predicate.minimumSlopePerSecond;
      return truth(Math.max(...slopes) >= least - Math.abs(least) * tolerance);
    }
  }
}

/** Series of that entity and concept with those dimensions; those read with the same statistic win. */
function seriesFor(predicate: OnSeries, observations: readonly Observation[]): Series[] {
  const readable = observations.filter(
    (observation) =>
      isReadable(observation) &&
      observation.request.kind === "series" &&
      observation.request.concept === predicate.concept &&
      observation.request.entities.includes(predicate.entityId),
  );
  const sameStatistic = readable.filter(
    ({ request }) => request.kind === "series" && request.statistic === predicate.statistic,
  );
  for (const group of [sameStatistic, readable]) {
    // The coarsest answer that still keeps the wanted dimensions: fewer series, exact figures.
    const wanted = Object.entries(predicate.where);
    const answers = group
      .map((observation) =>
        (observation.body?.kind === "series" ? observation.body.series : []).filter(
          (series) =>
            series.entityId === predicate.entityId &&
            wanted.every(
              ([dimension, value]) => series.dimensions[dimension as keyof typeof series.dimensions] === value,
            ),
        ),
      )
      .filter((series) => series.some((each) => each.values.some((value) => value !== null)));
    const [fewest] = answers.sort((left, right) => left.length - right.length);
    if (fewest) return fewest;
  }
  return [];
}

function overWindow(series: Series, window: Window, statistic: Statistic): number | null {
  const values = pointsWithin(series, window).map((point) => point.value);
  if (values.length === 0) return null;
  switch (statistic) {
    case "last":
      return values.at(-1) ?? null;
    case "max":
      return Math.max(...values);
    case "min":
      return Math.min(...values);
    case "sum":
      return values.reduce((sum, value) => sum + value, 0);
    default:
      return mean(values);
  }
}

/** Over several series of one entity (instances, peers): rates and sums add up, the rest is averaged. */
function acrossSeries(values: number[], statistic: Statistic): number {
  if (statistic === "max" || statistic === "last") return Math.max(...values);
  if (statistic === "min") return Math.min(...values);
  const sum = values.reduce((total, value) => total + value, 0);
  return statistic === "rate" || statistic === "sum" ? sum : sum / values.length;
}

function onLog(predicate: Extract<Predicate, { kind: "log" }>, observations: readonly Observation[]): PredicateResult {
  const bodies = readableBodies(observations, "log-templates", predicate.entityId);
  if (bodies.length === 0) return "not-observable";
  let within = 0;
  let before = 0;
  for (const template of bodies.flatMap(({ templates }) => templates)) {
    if (template.entityId !== predicate.entityId || template.templateId !== predicate.templateId) continue;
    template.counts.forEach((amount, index) => {
      const middle = template.startAt + (index + 0.5) * template.stepSeconds * 1000;
      if (middle < predicate.window.from) before += amount;
      else if (middle < predicate.window.to) within += amount;
    });
  }
  if (within < predicate.atLeast * (1 - tolerance)) return "false";
  return truth(predicate.baselineAtMost === null || before <= predicate.baselineAtMost * (1 + tolerance));
}

function onField(
  predicate: Extract<Predicate, { kind: "field" }>,
  observations: readonly Observation[],
): PredicateResult {
  const records = [
    ...readableBodies(observations, "workloads", predicate.entityId).flatMap(({ workloads }) => workloads),
    ...readableBodies(observations, "database-activity", predicate.entityId).flatMap(({ databases }) => databases),
    ...readableBodies(observations, "endpoint", predicate.entityId).flatMap(({ endpoints }) => endpoints),
  ].filter((record) => record.entityId === predicate.entityId);
  if (records.length === 0) return "not-observable";
  const holds = records.some((record) => {
    const found = memberAt(record, predicate.path);
    return found !== undefined && compare(found, predicate.operator, predicate.value);
  });
  return truth(holds);
}

function memberAt(record: unknown, path: string): unknown {
  let value = record;
  for (const segment of path.split(".")) {
    if (value === null || typeof value !== "object") return undefined;
    value = Object.hasOwn(value, segment) ? (value as Record<string, unknown>)[segment] : undefined;
  }
  return value;
}

function onChange(
  predicate: Extract<Predicate, { kind: "change" }>,
  observations: readonly Observation[],
): PredicateResult {
  const readable = observations.filter(isReadable).flatMap(({ body }) => (body?.kind === "changes" ? [body] : []));
  if (readable.length === 0) return "not-observable";
  const { from, to } = predicate.window;
  const found = readable
    .flatMap(({ changes }) => changes)
    .some(
      ({ id, at }) => id === predicate.changeId && at >= from - scrapeMilliseconds && at <= to + scrapeMilliseconds,
    );
  return truth(found);
}

function onAbsence(
  predicate: Extract<Predicate, { kind: "absent" }>,
  observations: readonly Observation[],
): PredicateResult {
  const { entityId, window, what } = predicate;
  const inside = (at: number) => at >= window.from && at < window.to;
  switch (what) {
    case "samples": {
      const bodies = readableBodies(observations, "series", entityId);
      if (bodies.length === 0) return "not-observable";
      const series = bodies.flatMap((body) => body.series).filter((each) => each.entityId === entityId);
      return truth(series.every((each) => pointsWithin(each, window).length === 0));
    }
    case "changes": {
      const bodies = readableBodies(observations, "changes", entityId);
      if (bodies.length === 0) return "not-observable";
      return truth(
        !bodies.flatMap((body) => body.changes).some((each) => each.entityIds.includes(entityId) && inside(each.at)),
      );
    }
    case "log-lines": {
      const bodies = readableBodies(observations, "log-templates", entityId);
      if (bodies.length === 0) return "not-observable";
      const lines = bodies
        .flatMap((body) => body.templates)
        .filter((each) => each.entityId === entityId)
        .some((each) =>
          each.counts.some(
            (amount, index) => amount > 0 && inside(each.startAt + (index + 0.5) * each.stepSeconds * 1000),
          ),
        );
      return truth(!lines);
    }
    case "instances": {
      const bodies = readableBodies(observations, "workloads", entityId);
      const workloads = bodies.flatMap((body) => body.workloads).filter((each) => each.entityId === entityId);
      if (workloads.length === 0) return "not-observable";
      return truth(workloads.every((each) => each.instances.every((instance) => instance.state !== "running")));
    }
  }
}

function onEdge(
  predicate: Extract<Predicate, { kind: "edge" }>,
  observations: readonly Observation[],
  known: readonly Edge[],
): PredicateResult {
  const bodies = observations.filter(isReadable).flatMap(({ body }) => (body?.kind === "graph" ? [body] : []));
  const edges = [...known, ...bodies.flatMap((body) => body.edges)];
  if (edges.length === 0) return "not-observable";
  return truth(
    edges.some((edge) => edge.from === predicate.from && edge.to === predicate.to && edge.type === predicate.type),
  );
}

/** Bodies of a kind in which that entity could be read: asked for, and not named among the gaps. */
function readableBodies<Kind extends ObservationBody["kind"]>(
  observations: readonly Observation[],
  kind: Kind,
  entityId: EntityId,
): Extract<ObservationBody, { kind: Kind }>[] {
  return observations.flatMap((observation) => {
    const { body, request } = observation;
    if (!isReadable(observation) || body?.kind !== kind) return [];
    if ("entities" in request && !request.entities.includes(entityId)) return [];
    if (body.gaps.some((gap) => gap.entityId === entityId && gap.status !== "empty")) return [];
    return [body as Extract<ObservationBody, { kind: Kind }>];
  });
}

function compare(value: unknown, operator: Operator, threshold: string | number | boolean | null): boolean {
  if (operator === "=" || operator === "!=") {
    const same =
      typeof value === "number" && typeof threshold === "number"
        ? Math.abs(value - threshold) <= Math.abs(threshold) * tolerance
        : value === threshold;
    return same === (operator === "=");
  }
  if (typeof value !== "number" || typeof threshold !== "number") return false;
  const slack = Math.abs(threshold) * tolerance;
  switch (operator) {
    case ">":
      return value > threshold - slack;
    case ">=":
      return value >= threshold - slack;
    case "<":
      return value < threshold + slack;
    case "<=":
      return value <= threshold + slack;
  }
}

const truth = (holds: boolean): PredicateResult => (holds ? "true" : "false");
