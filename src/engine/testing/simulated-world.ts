import { digestOf } from "../../core/canonical-json.ts";
import type { ConceptId } from "../../core/concept.ts";
import type { EntityId } from "../../core/entity.ts";
import type { Gap, Observation, ObservationBody, ObserveRequest, RequestKind } from "../../core/observation.ts";
import { plainChange } from "../../core/samples.testing.ts";
import type { Scope } from "../../core/scope.ts";
import type { Change, Workload } from "../../core/workload.ts";
import { drawEstate, type Estate } from "./estate-shape.ts";
import { seededRandom } from "./random.ts";
import { cellSeconds, type Signals, signalKey, simulateSignals } from "./simulate-signals.ts";
import { type SimulatedFault, simulatedFaults } from "./simulated-faults.ts";
import { regrid, templatesOf } from "./simulated-logs.ts";
import { seriesBody } from "./simulated-series.ts";
import { databasesOf, endpointsOf, workloadsOf } from "./simulated-states.ts";
import { cells, from, now, windowSeconds } from "./simulated-time.ts";

export type World = {
  estate: Estate;
  fault: SimulatedFault | null;
  scope: Scope;
  observe(request: ObserveRequest): Promise<Observation>;
};

export type WorldOptions = {
  seed: number;
  /** A name of `simulatedFaults`, or none: a healthy estate. */
  fault: string | null;
  /** Harmless changes seconds before and after, on and off the path. */
  decoys?: boolean;
  /** Kinds of request, and concepts, that nobody can answer here. */
  missing?: (RequestKind | ConceptId)[];
  /** How long before now it began; as the fault says when left out. */
  beganSecondsAgo?: number;
  /** Since when anything is known: a fresh installation has a short baseline. */
  historySeconds?: number;
};

export function simulateWorld(options: WorldOptions): World {
  const { seed, fault: name, decoys = true, missing = [], historySeconds = windowSeconds } = options;
  const estate = drawEstate(seed, now);
  const random = seededRandom(seed + 17);
  const made = name === null ? null : (simulatedFaults[name]?.(estate, random) ?? null);
  const fault =
    made && options.beganSecondsAgo !== undefined ? { ...made, beganSecondsAgo: options.beganSecondsAgo } : made;
  if (name !== null && !fault) throw new Error(`no such fault: ${name}`);
  const beganAt = now - (fault?.beganSecondsAgo ?? 0) * 1000;
  const { signals, failed } = simulateSignals(
    estate,
    cells,
    (cell) => fault?.knobs((from + (cell + 0.5) * cellSeconds * 1000 - beganAt) / 1000) ?? {},
  );
  const changes = [...changesOf(fault, beganAt), ...(decoys ? decoyChanges(estate, beganAt, random) : [])].sort(
    (left, right) => left.at - right.at,
  );
  const templates = templatesOf(estate, fault, failed, beganAt);
  const workloads = workloadsOf(estate, fault, beganAt);
  if (historySeconds < windowSeconds) {
    const unknown = Math.floor((windowSeconds - historySeconds) / cellSeconds);
    for (const values of signals.values()) values.fill(null, 0, unknown);
  }
  const symptom = symptomOf(estate, fault, signals);
  const bodyFor = (request: ObserveRequest): ObservationBody => {
    const wanted = "entities" in request ? request.entities : [];
    const about = (id: EntityId) => wanted.includes(id);
    switch (request.kind) {
      case "series":
        return seriesBody(request, signals, estate, fault);
      case "changes":
        return { kind: "changes", changes: changes.filter(({ entityIds }) => entityIds.some(about)), gaps: [] };
      case "workloads":
        return {
          kind: "workloads",
          workloads: workloads.filter(({ entityId }) => about(entityId)),
          gaps: gapsFor(wanted, workloads),
        };
      case "log-templates":
        return {
          kind: "log-templates",
          templates: regrid(
            templates.filter(({ entityId }) => about(entityId)),
            request.stepSeconds,
          ),
          gaps: [],
        };
      case "database-activity":
        return {
          kind: "database-activity",
          databases: databasesOf(estate, fault).filter(({ entityId }) => about(entityId)),
          gaps: [],
        };
      case "endpoint":
        return { kind: "endpoint", endpoints: endpointsOf(estate, fault, wanted), gaps: [] };
      case "graph":
        return { kind: "graph", entities: estate.entities.map(({ entity }) => entity), edges: estate.edges, gaps: [] };
      case "alerts":
        return { kind: "alerts", alerts: [], gaps: [] };
      default:
        throw new Error(`not simulated: ${request.kind}`);
    }
  };
  return {
    estate,
    fault,
    scope: scopeOf(estate, symptom, { beganAt, isHealthy: name === null, historySeconds }),
    async observe(request) {
      const isMissing =
        missing.includes(request.kind) || (request.kind === "series" && missing.includes(request.concept));
      const body = isMissing ? null : bodyFor(request);
      const isEmpty =
        body !== null && Object.values(body).every((member) => !Array.isArray(member) || member.length === 0);
      const isUnmapped = body?.kind === "series" && body.series.length === 0 && body.gaps.length > 0;
      const status = isMissing
        ? request.kind === "series"
          ? "unmapped"
          : "denied"
        : isUnmapped
          ? "unmapped"
          : isEmpty
            ? "empty"
            : "data";
      const content = { request, source: "simulated", status, body } as const;
      return {
        id: digestOf(content),
        ...content,
        note: body === null ? { why: "this estate does not tell", wayOut: "grant read access" } : null,
        observedAt: now,
        durationSeconds: 0.01,
        query: null,
        link: null,
        isTainted: false,
        accessLabel: "everyone",
      };
    },
  };
}

function gapsFor(wanted: EntityId[], workloads: Workload[]): Gap[] {
  const known = new Set(workloads.map(({ entityId }) => entityId));
  return wanted
    .filter((id) => !known.has(id))
    .map((entityId) => ({ entityId, status: "unmapped", why: "no platform runs it" }));
}

/** An alert on what hurts most: the entry when users feel it, else the thing that alerts by itself. */
function symptomOf(
  estate: Estate,
  fault: SimulatedFault | null,
  signals: Signals,
): { entityId: EntityId; concept: ConceptId | null } {
  const { role } = estate;
  const mean = (concept: ConceptId, id: EntityId, start: number, end: number) => {
    const values = (signals.get(signalKey(concept, id)) ?? []).slice(start, end).filter((value) => value !== null);
    return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  };
  const recent = cells - 4;
  const usualEnd = cells - 80;
  const harm = (id: EntityId) =>
    mean("request.error_ratio", id, recent, cells) - mean("request.error_ratio", id, 0, usualEnd) > 0.02 ||
    mean("request.latency", id, recent, cells) > 1.5 * mean("request.latency", id, 0, usualEnd);
  if (fault && mean("queue.depth", role.queue, recent, cells) > 3 * mean("queue.depth", role.queue, 0, usualEnd) + 20) {
    return { entityId: role.queue, concept: "queue.depth" };
  }
  for (const id of [
    role.entry,
    role.order,
    role.listing,
    role.basket,
    role.accounts,
    role.stock,
    role.advice,
    role.charge,
  ]) {
    if (fault && harm(id)) return { entityId: id, concept: null };
  }
  return { entityId: role.entry, concept: null };
}

function scopeOf(
  estate: Estate,
  symptom: { entityId: EntityId; concept: ConceptId | null },
  { beganAt, isHealthy, historySeconds }: { beganAt: number; isHealthy: boolean; historySeconds: number },
): Scope {
  const distance: Record<EntityId, number> = { [symptom.entityId]: 0 };
  for (let hops = 1; hops < 8; hops++) {
    for (const { from: caller, to } of estate.edges) {
      if (distance[caller] === hops - 1 && !(to in distance)) distance[to] = hops;
      if (distance[to] === hops - 1 && !(caller in distance)) distance[caller] = hops;
    }
  }
  const reportedAt = isHealthy ? now - 30_000 : Math.min(now - 5000, beganAt + 40_000);
  const start = now - historySeconds * 1000;
  return {
    now,
    symptoms: [{ ...symptom, direction: "up", reportedAt, sentence: "something is wrong" }],
    window: { from: start, to: now },
    baseline: { from: start, to: Math.max(start + 60_000, reportedAt - 120_000) },
    onset: null,
    entities: estate.entities.map(({ entity }) => entity),
    edges: estate.edges,
    distance,
  };
}

function changesOf(fault: SimulatedFault | null, beganAt: number): Change[] {
  return (fault?.changes ?? []).map((change, index) => ({
    ...plainChange({ id: `change-${index}` }),
    ...change,
    at: beganAt + change.at * 1000,
  }));
}

function decoyChanges(estate: Estate, beganAt: number, random: ReturnType<typeof seededRandom>): Change[] {
  const services = estate.entities.filter(({ entity }) => entity.kind === "service").map(({ entity }) => entity.id);
  const decoy = (id: string, seconds: number): Change => ({
    ...plainChange({ id }),
    kind: random.pick(["deploy", "configuration"] as const),
    entityIds: [random.pick(services)],
    at: beganAt + seconds * 1000,
    key: "LOG_LEVEL",
    before: "info",
    after: "debug",
    summary: "words on a button",
    diff: '--- a/texts/button.json\n+++ b/texts/button.json\n-  "buy": "Buy"\n+  "buy": "Buy now"',
  });
  return [
    decoy("decoy-1", -random.between(3, 25)),
    decoy("decoy-2", random.between(3, 25)),
    decoy("decoy-3", -random.between(200, 900)),
  ];
}
