import type { EntityId } from "../../core/entity.ts";
import { edgeKey, endsOf, type Level } from "./graph-levels.ts";
import { type Charge, rootRate, type ServiceGraph } from "./service-graph.ts";

/** Failures a second beyond usual. */
type Excess = { charge: Omit<Charge, "share">; perSecond: number };

/**
 * Where the symptom's excess errors begin: requests that fail in an entity without a failed call below; calls that fail
 * although the callee knows nothing of it, or has no telemetry to know with. Those are charged to the callee when all
 * its callers meet them, and to the caller when others get through.
 */
export function attributeErrors(
  graph: ServiceGraph,
  thresholds: { leastShare: number; z: number; leastErrorRatio: number },
): Charge[] {
  const { scope, path, errorRatio, rate } = graph;
  const excesses = [...origins(graph), ...failedCalls(graph)].filter(
    ({ charge, perSecond }) => path.has(charge.entityId) && perSecond > 0 && charge.level.shift.z >= thresholds.z,
  );
  const felt = scope.symptoms.map(({ entityId }) => failures(errorRatio.get(entityId), rate.get(entityId)));
  // A failed call may be charged twice, to both of its ends; as a place each counts once.
  const charged = Math.max(0, ...excesses.map(({ perSecond }) => perSecond));
  const total = Math.max(charged, ...felt);
  if (total < thresholds.leastErrorRatio * rootRate(graph, "now")) return [];
  const best = new Map<EntityId, Excess>();
  for (const excess of excesses) {
    const known = best.get(excess.charge.entityId);
    if (!known || excess.perSecond > known.perSecond) best.set(excess.charge.entityId, excess);
  }
  return [...best.values()]
    .map(({ charge, perSecond }) => ({ ...charge, share: perSecond / total }))
    .filter(({ share }) => share >= thresholds.leastShare);
}

/** Excess failures a second of a ratio at a rate; a rate that nobody knows is taken as 1. */
function failures(ratio: Level | undefined, rate: Level | undefined): number {
  if (!ratio) return 0;
  return ratio.now * (rate?.now ?? 1) - ratio.before * (rate?.before ?? 1);
}

function origins(graph: ServiceGraph): Excess[] {
  const ids = new Set<EntityId>([...graph.errorOrigin.keys(), ...graph.errorRatio.keys()]);
  return [...ids].flatMap((entityId): Excess[] => {
    const origin = graph.errorOrigin.get(entityId);
    if (origin) {
      const signal = { entityId, concept: "request.error_origin_rate", statistic: "rate", peer: null } as const;
      return [
        {
          charge: { entityId, evidence: "error-origin", level: origin, signal },
          perSecond: origin.now - origin.before,
        },
      ];
    }
    const ratio = graph.errorRatio.get(entityId);
    if (!ratio) return [];
    const own = failures(ratio, graph.rate.get(entityId));
    const below = failedBelow(graph, entityId);
    if (own - below < 0.5 * own) return [];
    const signal = { entityId, concept: "request.error_ratio", statistic: "mean", peer: null } as const;
    return [{ charge: { entityId, evidence: "error-origin", level: ratio, signal }, perSecond: own - below }];
  });
}

/** Failures a second that an entity's calls, or else its callees, gained. */
function failedBelow(graph: ServiceGraph, entityId: EntityId): number {
  const calls = [...graph.callErrors].filter(([key]) => endsOf(key).caller === entityId);
  if (calls.length > 0) {
    return calls.reduce((sum, [key, level]) => sum + Math.max(0, failures(level, graph.callRate.get(key))), 0);
  }
  const callees = graph.scope.edges.filter((edge) => edge.from === entityId && !edge.isAsynchronous);
  return callees.reduce((sum, { to }) => sum + Math.max(0, failures(graph.errorRatio.get(to), graph.rate.get(to))), 0);
}

function failedCalls(graph: ServiceGraph): Excess[] {
  const unexplained = new Map<string, { level: Level; perSecond: number }>();
  for (const [key, level] of graph.callErrors) {
    const { caller, callee } = endsOf(key);
    if (!graph.path.has(caller)) continue;
    const rate = graph.callRate.get(key);
    const failed = failures(level, rate);
    const known = graph.errorRatio.get(callee);
    const said = known ? Math.max(0, failures(known, graph.rate.get(callee))) * shareOfCalls(graph, key) : 0;
    if (failed > 0 && failed - said >= 0.3 * failed) unexplained.set(key, { level, perSecond: failed - said });
  }
  return [...unexplained].flatMap(([key, { level, perSecond }]): Excess[] => {
    const { caller, callee } = endsOf(key);
    const others = [...graph.callErrors.keys()].filter((other) => other !== key && endsOf(other).callee === callee);
    const failing = others.filter((other) => unexplained.has(other)).length;
    const signal = { entityId: caller, concept: "call.error_ratio", statistic: "mean", peer: callee } as const;
    const charge = (entityId: EntityId, share: number): Excess => ({
      charge: { entityId, evidence: "error-origin", level, signal },
      perSecond: perSecond * share,
    });
    // Others get through: it is the caller's way of asking. All fail: it is the callee. Only one asks: either.
    if (others.length > 0 && failing === 0) return [charge(caller, 1), charge(callee, 0.4)];
    if (others.length > 0 && failing === others.length) return [charge(callee, 1), charge(caller, 0.3)];
    return [charge(callee, graph.errorRatio.has(callee) ? 0.8 : 1), charge(caller, 0.6)];
  });
}

function shareOfCalls(graph: ServiceGraph, key: string): number {
  const { callee } = endsOf(key);
  const own = graph.callRate.get(edgeKey(endsOf(key).caller, callee))?.now ?? 1;
  let all = 0;
  for (const [other, level] of graph.callRate) if (endsOf(other).callee === callee) all += level.now;
  return all > 0 ? Math.min(1, own / all) : 1;
}
