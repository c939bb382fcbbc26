import type { Edge, EntityId } from "../core/entity.ts";
import type { FaultClass } from "../core/fault.ts";
import type { Scope } from "../core/scope.ts";
import { explanationsOf } from "./explanations.ts";

/** Below this an edge is tentative: it may widen a search, it never supports a cause (core/entity). */
const supportingConfidence = 0.5;

/** Who needs whom, over as many hops as there are. */
export type GraphRelations = {
  /** All that `id` needs, directly or through others; without itself unless it is in a cycle. */
  calleesOf(id: EntityId): ReadonlySet<EntityId>;
  callersOf(id: EntityId): ReadonlySet<EntityId>;
  /** Who leaves messages that `id` works off, directly or through queues: they wait for it without calling it. */
  producersFor(id: EntityId): ReadonlySet<EntityId>;
  /** What the callers of `id` need as well, and what those need. */
  besides(id: EntityId): ReadonlySet<EntityId>;
  /** From an entity to the nearest symptom; [] when it has the symptom itself; null when nothing connects them. */
  pathToSymptom(id: EntityId, faultClass: FaultClass): EntityId[] | null;
};

export function relateGraph(scope: Scope): GraphRelations {
  const edges = scope.edges.filter(({ confidence, type }) => confidence >= supportingConfidence && type !== "part-of");
  const needs = adjacency(edges.flatMap(dependenciesOf));
  const neededBy = adjacency(edges.flatMap(dependenciesOf).map(reversed));
  const leftFor = adjacency(
    edges
      .filter(({ isAsynchronous }) => isAsynchronous)
      .flatMap((edge) => dependenciesOf(edge).slice(-1))
      .map(reversed),
  );
  const reachDown = remember((id) => reach(id, needs));
  const reachUp = remember((id) => reach(id, neededBy));
  const besides = remember((id) => {
    const direct = [...(neededBy.get(id) ?? [])].flatMap((caller) => [...(needs.get(caller) ?? [])]);
    const all = new Set(direct.flatMap((each) => [each, ...reachDown(each)]));
    all.delete(id);
    return all;
  });
  const symptoms = new Set(scope.symptoms.map(({ entityId }) => entityId));
  return {
    calleesOf: reachDown,
    callersOf: reachUp,
    producersFor: remember((id) => reach(id, leftFor)),
    besides,
    pathToSymptom(id, faultClass) {
      const spreads = new Set(explanationsOf(faultClass).map(({ where }) => where));
      const next = (from: EntityId) => [
        ...(neededBy.get(from) ?? []),
        // Load falls on what is needed; a queue suffers from who works it off.
        ...edges
          .filter((edge) => edge.from === from && (edge.isAsynchronous || spreads.has("callees")))
          .map((edge) => edge.to),
        ...(spreads.has("beside") ? besides(from) : []),
      ];
      return shortestPath(id, symptoms, next);
    },
  };
}

/** Does trouble of class `by` at one entity explain trouble of class `of` at another? */
export function isExplained(
  relations: GraphRelations,
  by: { faultClass: FaultClass; entityId: EntityId },
  of: { faultClass: FaultClass; entityId: EntityId },
): boolean {
  return explanationsOf(by.faultClass).some(
    ({ where, classes }) => classes.includes(of.faultClass) && isThere(relations, where, by.entityId, of.entityId),
  );
}

export function isThere(
  relations: GraphRelations,
  where: "same" | "callers" | "callees" | "beside",
  cause: EntityId,
  victim: EntityId,
): boolean {
  if (where === "same") return cause === victim;
  if (cause === victim) return false;
  if (where === "callers") return relations.callersOf(cause).has(victim);
  return where === "callees" ? relations.calleesOf(cause).has(victim) : relations.besides(cause).has(victim);
}

type Adjacency = ReadonlyMap<EntityId, ReadonlySet<EntityId>>;

/** Who waits for whom. A reader needs its queue; and the queue, with all who write to it, needs the reader. */
function dependenciesOf({ from, to, type, isAsynchronous }: Edge): [EntityId, EntityId][] {
  const needed: [EntityId, EntityId] = [from, to];
  return type === "reads-from" && isAsynchronous ? [needed, reversed(needed)] : [needed];
}

const reversed = ([from, to]: [EntityId, EntityId]): [EntityId, EntityId] => [to, from];

function adjacency(pairs: readonly [EntityId, EntityId][]): Adjacency {
  const map = new Map<EntityId, Set<EntityId>>();
  for (const [from, to] of pairs) map.set(from, (map.get(from) ?? new Set()).add(to));
  return map;
}

function reach(start: EntityId, next: Adjacency): Set<EntityId> {
  const reached = new Set<EntityId>();
  const open = [...(next.get(start) ?? [])];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (reached.has(id)) continue;
    reached.add(id);
    open.push(...(next.get(id) ?? []));
  }
  return reached;
}

function shortestPath(
  start: EntityId,
  goals: ReadonlySet<EntityId>,
  next: (from: EntityId) => Iterable<EntityId>,
): EntityId[] | null {
  if (goals.has(start)) return [];
  const cameFrom = new Map<EntityId, EntityId>([[start, start]]);
  let frontier = [start];
  while (frontier.length > 0) {
    const reached: EntityId[] = [];
    for (const from of frontier) {
      for (const to of [...new Set(next(from))].sort()) {
        if (cameFrom.has(to)) continue;
        cameFrom.set(to, from);
        if (goals.has(to)) return pathBack(to, start, cameFrom);
        reached.push(to);
      }
    }
    frontier = reached;
  }
  return null;
}

function pathBack(end: EntityId, start: EntityId, cameFrom: ReadonlyMap<EntityId, EntityId>): EntityId[] {
  const path = [end];
  while (path[0] !== start) path.unshift(cameFrom.get(path[0] as EntityId) as EntityId);
  return path;
}

function remember<Value>(make: (id: EntityId) => Value): (id: EntityId) => Value {
  const known = new Map<EntityId, Value>();
  return (id) => {
    const value = known.get(id) ?? make(id);
    known.set(id, value);
    return value;
  };
}
