import type { Edge, Entity, EntityId } from "../core/entity.ts";
import type { CheckAnswer } from "../core/finding.ts";
import type { Observation, ObserveRequest } from "../core/observation.ts";
import type { Scope } from "../core/scope.ts";

/** Entities that checks want looked at and that are neither in scope nor were asked for before; sorted. */
export function newLeads(
  answers: readonly CheckAnswer[],
  scope: Scope,
  observations: readonly Observation[],
): EntityId[] {
  const asked = observations.flatMap(({ request }) => (request.kind === "graph" ? request.around : []));
  const known = new Set([...scope.entities.map(({ id }) => id), ...asked]);
  const leads = answers.flatMap((answer) => (answer.kind === "finding" ? answer.leads : []));
  return [...new Set(leads.flatMap(({ entityIds }) => entityIds))].filter((id) => !known.has(id)).sort();
}

export function graphRequest(scope: Scope, around: EntityId[]): ObserveRequest {
  return { kind: "graph", around, hops: 1, window: scope.window };
}

/** The scope with what the graph says around the leads; unreadable graphs leave it as it was. */
export function widenScope(scope: Scope, graph: Observation, leads: readonly EntityId[]): Scope {
  if (graph.body?.kind !== "graph") return scope;
  const entities = mergeBy(scope.entities, graph.body.entities, (entity: Entity) => entity.id);
  const inScope = new Set(entities.map(({ id }) => id));
  const edges = mergeBy(scope.edges, graph.body.edges, (edge: Edge) => `${edge.from} ${edge.type} ${edge.to}`).filter(
    (edge) => inScope.has(edge.from) && inScope.has(edge.to),
  );
  const isUnchanged = leads.every((id) => !inScope.has(id)) && edges.length === scope.edges.length;
  if (isUnchanged) return scope;
  return { ...scope, entities, edges, distance: distances(scope, edges) };
}

function distances(scope: Scope, edges: readonly Edge[]): Record<EntityId, number> {
  const distance: Record<EntityId, number> = {};
  let frontier = [...new Set(scope.symptoms.map(({ entityId }) => entityId))];
  for (let hops = 0; frontier.length > 0; hops++) {
    for (const id of frontier) distance[id] = hops;
    const next = edges.flatMap(({ from, to }) => [
      ...(frontier.includes(from) ? [to] : []),
      ...(frontier.includes(to) ? [from] : []),
    ]);
    frontier = [...new Set(next)].filter((id) => !(id in distance)).sort();
  }
  return distance;
}

function mergeBy<Item>(known: readonly Item[], more: readonly Item[], key: (item: Item) => string): Item[] {
  const keys = new Set(known.map(key));
  return [...known, ...more.filter((item) => !keys.has(key(item)))];
}
