import type { EntityId } from "../../core/entity.ts";
import { endsOf, type Level } from "./graph-levels.ts";
import { type Charge, rootRate, type ServiceGraph } from "./service-graph.ts";

/** Seconds a root request that something takes now beyond usual. */
type Excess = { charge: Omit<Charge, "share">; seconds: number };

/**
 * The symptom's excess latency, split: own time of each entity on the path times how often it is asked; for what has no
 * telemetry of its own, the time its callers wait for it; and the gap on the way to what has. Sums exactly for calls one
 * after the other (METHODS 2.5); parallel calls share more than there is, so shares are of the larger of both.
 */
export function attributeTime(
  graph: ServiceGraph,
  thresholds: { leastShare: number; z: number; leastSeconds: number },
): Charge[] {
  const { scope, path, latency } = graph;
  const excesses = [...ownTime(graph), ...waitedFor(graph)].filter(({ charge }) => path.has(charge.entityId));
  const felt = Math.max(0, ...scope.symptoms.map(({ entityId }) => difference(latency.get(entityId))));
  const total = Math.max(
    felt,
    excesses.reduce((sum, { seconds }) => sum + Math.max(0, seconds), 0),
  );
  if (total < thresholds.leastSeconds) return [];
  return excesses
    .filter(({ charge, seconds }) => {
      const { shift, now, before } = charge.level;
      return seconds >= thresholds.leastSeconds && shift.z >= thresholds.z && now >= 1.2 * before;
    })
    .map(({ charge, seconds }) => ({ ...charge, share: seconds / total }))
    .filter(({ share }) => share >= thresholds.leastShare);
}

const difference = (level: Level | undefined): number => (level ? level.now - level.before : 0);

function ownTime(graph: ServiceGraph): Excess[] {
  const ids = new Set<EntityId>([...graph.selfTime.keys(), ...graph.latency.keys()]);
  return [...ids].flatMap((entityId): Excess[] => {
    const self = graph.selfTime.get(entityId);
    if (self) {
      const signal = { entityId, concept: "request.self_time", statistic: "mean", peer: null } as const;
      return [
        { charge: { entityId, evidence: "own-time", level: self, signal }, seconds: perRoot(graph, entityId, self) },
      ];
    }
    // Without self-time: latency less what the calls below take, or, without those either, less what callees gained.
    const latency = graph.latency.get(entityId);
    if (!latency) return [];
    const below = gainedBelow(graph, entityId);
    const own = difference(latency) - below;
    if (own < 0.5 * difference(latency)) return [];
    const signal = { entityId, concept: "request.latency", statistic: "mean", peer: null } as const;
    const share = difference(latency) > 0 ? own / difference(latency) : 0;
    return [
      {
        charge: { entityId, evidence: "own-time", level: latency, signal },
        seconds: perRoot(graph, entityId, latency) * share,
      },
    ];
  });
}

/** Seconds × how often a root request comes by, now less usual. */
function perRoot(graph: ServiceGraph, entityId: EntityId, level: Level): number {
  const rate = graph.rate.get(entityId);
  const now = rate ? rate.now / rootRate(graph, "now") : 1;
  const before = rate ? rate.before / rootRate(graph, "before") : 1;
  return level.now * now - level.before * before;
}

function gainedBelow(graph: ServiceGraph, entityId: EntityId): number {
  const own = graph.rate.get(entityId);
  const calls = [...graph.callLatency].filter(([key]) => endsOf(key).caller === entityId);
  if (calls.length > 0) {
    return calls.reduce((sum, [key, level]) => {
      const rate = graph.callRate.get(key);
      const a = own && rate && own.now > 0 ? rate.now / own.now : 1;
      const b = own && rate && own.before > 0 ? rate.before / own.before : 1;
      return sum + Math.max(0, level.now * a - level.before * b);
    }, 0);
  }
  const callees = graph.scope.edges.filter((edge) => edge.from === entityId && !edge.isAsynchronous);
  return callees.reduce((sum, { to }) => sum + Math.max(0, difference(graph.latency.get(to))), 0);
}

function waitedFor(graph: ServiceGraph): Excess[] {
  const excesses: Excess[] = [];
  const waits = new Map<EntityId, Excess>();
  for (const [key, level] of graph.callLatency) {
    const { caller, callee } = endsOf(key);
    if (graph.selfTime.has(callee) || graph.latency.has(callee) || !graph.path.has(caller)) continue;
    const seconds = perCall(graph, key, level);
    const signal = { entityId: caller, concept: "call.latency", statistic: "mean", peer: callee } as const;
    const excess: Excess = { charge: { entityId: callee, evidence: "own-time", level, signal }, seconds };
    const known = waits.get(callee);
    // Several callers wait for one thing: their waits add up, the worst hit speaks for them.
    if (!known) waits.set(callee, excess);
    else
      waits.set(callee, {
        charge: seconds > known.seconds ? excess.charge : known.charge,
        seconds: known.seconds + Math.max(0, seconds),
      });
  }
  excesses.push(...waits.values());
  for (const [key, level] of graph.gap) {
    const { caller, callee } = endsOf(key);
    if (!graph.path.has(caller) || (!graph.selfTime.has(callee) && !graph.latency.has(callee))) continue;
    const signal = { entityId: caller, concept: "call.network_gap", statistic: "mean", peer: callee } as const;
    excesses.push({
      charge: { entityId: callee, evidence: "network-gap", level, signal },
      seconds: perCall(graph, key, level),
    });
  }
  return excesses;
}

function perCall(graph: ServiceGraph, key: string, level: Level): number {
  const rate = graph.callRate.get(key);
  const now = rate ? rate.now / rootRate(graph, "now") : 1;
  const before = rate ? rate.before / rootRate(graph, "before") : 1;
  return level.now * now - level.before * before;
}
