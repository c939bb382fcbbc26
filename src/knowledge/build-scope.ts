import type { Edge, Entity, EntityId } from "../core/entity.ts";
import type { Scope, Symptom } from "../core/scope.ts";
import type { Instant, Window } from "../core/window.ts";

export type ScopeSettings = {
  /** How long before the symptom is read as usual. */
  baselineSeconds: number;
  /** Rules fire late: onset may lie this long before the earliest report. */
  reportLagSeconds: number;
  /** More entities than this are left for leads to bring in. */
  mostEntities: number;
};

/** Rules with `for: 1m` and a scrape every 30 s report about this late; METHODS 2 wants the baseline to end before onset. */
export const defaultReportLagSeconds = 120;

/** Below this a baseline says nothing; it is never cut shorter. */
const shortestBaselineSeconds = 60;

/** An estate of this size is examined whole in a round; larger ones grow along leads. */
export const defaultMostEntities = 80;

export type Graph = { entities: Entity[]; edges: Edge[] };

/**
 * Where a search begins: the symptoms' entities and what is near them in the graph, and the windows to read. Pure.
 * `historySince` is the first instant of which any source keeps data: a fresh installation has a short baseline.
 */
export function buildScope(
  symptoms: Symptom[],
  graph: Graph,
  historySince: Instant,
  now: Instant,
  settings: ScopeSettings,
): Scope {
  const distance = distancesFrom(
    symptoms.map((symptom) => symptom.entityId),
    graph.edges,
    settings.mostEntities,
  );
  const entities = graph.entities.filter((entity) => entity.id in distance);
  const inScope = new Set(entities.map((entity) => entity.id));
  return {
    now,
    symptoms,
    ...windowsFor(Math.min(now, ...symptoms.map((symptom) => symptom.reportedAt)), historySince, now, settings),
    onset: null,
    entities,
    edges: graph.edges.filter((edge) => inScope.has(edge.from) && inScope.has(edge.to)),
    distance,
  };
}

function windowsFor(
  reportedAt: Instant,
  historySince: Instant,
  now: Instant,
  settings: ScopeSettings,
): { window: Window; baseline: Window } {
  const from = Math.max(historySince, reportedAt - (settings.baselineSeconds + settings.reportLagSeconds) * 1000);
  const history = Math.max(0, reportedAt - from);
  // With little history the lag is shortened before the baseline is: a fifth of what there is, at least.
  const lag = Math.min(
    settings.reportLagSeconds * 1000,
    Math.max(history / 5, history - 2 * shortestBaselineSeconds * 1000),
  );
  return { window: { from, to: now }, baseline: { from, to: Math.max(from, reportedAt - lag) } };
}

/** Breadth first over edges in both directions: what an entity needs may hurt it, who needs it may load it. */
export function distancesFrom(starts: EntityId[], edges: Edge[], most: number): Record<EntityId, number> {
  const neighbours = new Map<EntityId, EntityId[]>();
  for (const edge of edges) {
    neighbours.set(edge.from, [...(neighbours.get(edge.from) ?? []), edge.to]);
    neighbours.set(edge.to, [...(neighbours.get(edge.to) ?? []), edge.from]);
  }
  const distance: Record<EntityId, number> = {};
  let frontier = [...new Set(starts)].sort();
  for (let steps = 0; frontier.length > 0; steps += 1) {
    for (const id of frontier) distance[id] = steps;
    const next = new Set(frontier.flatMap((id) => neighbours.get(id) ?? []).filter((id) => !(id in distance)));
    const room = most - Object.keys(distance).length;
    frontier = room > 0 ? [...next].sort().slice(0, room) : [];
  }
  return distance;
}
