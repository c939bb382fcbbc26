import type { Answer, Hypothesis } from "./answer.ts";
import type { Edge, Entity, EntityId } from "./entity.ts";
import type { FaultClass } from "./fault.ts";
import type { IncomingItem } from "./item.ts";
import type { Observation, ObservationBody, ObserveRequest } from "./observation.ts";
import type { Scope } from "./scope.ts";
import type { Instant } from "./window.ts";
import type { Change, Workload, WorkloadInstance } from "./workload.ts";

/** Whole values of the core's types for tests, plain but for what a test says of them: no test needs to cast half a one. */
export const t0: Instant = Date.UTC(2026, 10, 21, 3);

export function plainEntity(id: EntityId, differing: Partial<Entity> = {}): Entity {
  return { id, kind: "service", name: id, environment: "production", attributes: {}, business: null, ...differing };
}

export function plainCall(from: EntityId, to: EntityId, differing: Partial<Edge> = {}): Edge {
  return {
    from,
    to,
    type: "calls",
    sources: ["test"],
    confidence: 1,
    validFrom: 0,
    lastSeenAt: 0,
    isAsynchronous: false,
    ...differing,
  };
}

/** A search that nobody complained to begin, with nothing in it. */
export function plainScope(differing: Partial<Scope> = {}): Scope {
  return {
    now: 0,
    symptoms: [],
    window: { from: 0, to: 0 },
    baseline: { from: 0, to: 0 },
    onset: null,
    entities: [],
    edges: [],
    distance: {},
    ...differing,
  };
}

/** An alert that fires, of which nobody knows what it is about. */
export function plainItem(differing: Partial<IncomingItem> = {}): IncomingItem {
  const { startsAt = t0 } = differing;
  return {
    id: "item-1",
    source: "alertmanager/main",
    kind: "alert",
    fingerprint: "f1",
    status: "firing",
    startsAt,
    endsAt: null,
    receivedAt: startsAt,
    title: "",
    description: "",
    severity: "high",
    category: "availability",
    mentions: [],
    labels: {},
    entityIds: [],
    signal: null,
    concept: null,
    numbers: [],
    link: null,
    ...differing,
  };
}

export function plainObservation(
  request: ObserveRequest,
  body: ObservationBody | null,
  differing: Partial<Observation> = {},
): Observation {
  return {
    id: "o1",
    request,
    source: "test",
    status: "data",
    body,
    note: null,
    observedAt: 0,
    durationSeconds: 0,
    query: null,
    link: null,
    isTainted: false,
    accessLabel: "everyone",
    ...differing,
  };
}

/** A release of which nobody says anything. */
export function plainChange(differing: Partial<Change> = {}): Change {
  return {
    id: "c1",
    source: "platform/main",
    kind: "deploy",
    at: 0,
    entityIds: ["e-shop"],
    key: null,
    actor: "somebody",
    summary: "",
    before: null,
    after: null,
    commit: null,
    diff: null,
    link: null,
    ...differing,
  };
}

export function plainInstance(id: string, differing: Partial<WorkloadInstance> = {}): WorkloadInstance {
  return { id, version: "v2", startedAt: t0 - 9000, restarts: 0, state: "running", lastExit: null, ...differing };
}

/** Two instances of shop on their second version, with a key, a flag and a job. */
export function plainWorkload(differing: Partial<Workload> = {}): Workload {
  const { at = t0 } = differing;
  return {
    entityId: "e-shop",
    connection: "platform/main",
    target: "shop",
    at,
    revision: "r0",
    version: "v2",
    versions: [
      { version: "v2", deployedAt: at - 600_000, commit: "bbb", summary: null },
      { version: "v1", deployedAt: at - 9_000_000, commit: "aaa", summary: null },
    ],
    replicas: { desired: 2, ready: 2, declared: 2 },
    instances: ["shop-1", "shop-2"].map((id) => plainInstance(id, { startedAt: at - 9000 })),
    limits: { memoryBytes: 100e6, cpuCores: 1, declaredMemoryBytes: 100e6 },
    configuration: { POOL_SIZE: "2" },
    flags: [{ key: "new-basket", value: true, revision: "f0", changedAt: at - 60_000 }],
    schedules: [
      { name: "dump", every: "1h", isPaused: false, isRunning: true, lastStartedAt: at - 60_000, revision: "s0" },
    ],
    ...differing,
  };
}

/** A sure one on shop, seen there, that nothing set off. */
export function plainHypothesis(faultClass: FaultClass, differing: Partial<Hypothesis> = {}): Hypothesis {
  const { entityId = "e-shop" } = differing;
  return {
    id: `${faultClass}@${entityId}`,
    faultClass,
    entityId,
    probability: 0.93,
    logOdds: 2.6,
    parts: [],
    onset: { earliest: t0 - 120_000, latest: t0 - 60_000 },
    changeId: null,
    claimIds: [],
    against: [],
    hasDirectObservation: true,
    path: [entityId],
    ...differing,
  };
}

/** Says nothing of a cause: what it says comes from the test. */
export function plainAnswer(differing: Partial<Answer> = {}): Answer {
  return {
    verdict: "cause",
    headline: "",
    impact: {
      sentence: "4 % of requests fail",
      failingRatio: 0.04,
      usualFailingRatio: 0.001,
      latencySeconds: null,
      usualLatencySeconds: null,
      since: null,
    },
    hypotheses: [],
    unknownProbability: 0.05,
    healthyProbability: 0.02,
    contributingIds: [],
    ruledOut: [],
    claims: [],
    sight: { counts: { data: 3, empty: 0, partial: 0, denied: 0, unmapped: 0, failed: 0 }, gaps: [] },
    question: null,
    onset: { earliest: t0 - 120_000, latest: t0 - 60_000 },
    blastRadius: [],
    rounds: 1,
    observationIds: [],
    cutOff: [],
    engineVersion: "test",
    calibration: { name: "test", labels: 0 },
    concludedAt: t0,
    ...differing,
  };
}
