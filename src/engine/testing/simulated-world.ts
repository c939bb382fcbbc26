import { digestOf } from "../../core/canonical-json.ts";
import { type ConceptId, conceptIds } from "../../core/concept.ts";
import type { Entity, EntityId } from "../../core/entity.ts";
import type {
  Gap,
  LogTemplateCount,
  Observation,
  ObservationBody,
  ObserveRequest,
  RequestKind,
} from "../../core/observation.ts";
import { plainChange } from "../../core/samples.testing.ts";
import type { Scope } from "../../core/scope.ts";
import type { Series } from "../../core/series.ts";
import type { Change, Workload } from "../../core/workload.ts";
import { drawEstate, type Estate } from "./estate-shape.ts";
import { seededRandom } from "./random.ts";
import { cellSeconds, type FailedCalls, type Signals, simulateSignals } from "./simulate-signals.ts";
import { type SimulatedFault, simulatedFaults } from "./simulated-faults.ts";

/** 2026-03-01T03:00:00Z. */
export const now = 1_772_334_000_000;
const windowSeconds = 1800;
const cells = windowSeconds / cellSeconds;
const from = now - windowSeconds * 1000;

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
    const values = (signals.get(`${concept}|${id}|`) ?? []).slice(start, end).filter((value) => value !== null);
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

function seriesBody(
  request: Extract<ObserveRequest, { kind: "series" }>,
  signals: Signals,
  estate: Estate,
  fault: SimulatedFault | null,
): ObservationBody {
  const factor = Math.max(1, Math.round(request.stepSeconds / cellSeconds));
  const series: Series[] = [];
  const gaps: Gap[] = [];
  for (const entityId of request.entities) {
    const prefix = `${request.concept}|${entityId}|`;
    const found = [...signals].filter(([key]) => key.startsWith(prefix));
    if (request.concept === "certificate.not_after") {
      const end =
        entityId === estate.role.charge && fault?.certificateEndedSecondsAgo
          ? now - fault.certificateEndedSecondsAgo * 1000
          : now + 5e9;
      if (entityId === estate.role.charge) found.push([prefix, Array(cells).fill(end / 1000)]);
    }
    if (found.length === 0) gaps.push({ entityId, status: "unmapped", why: `no signal for ${request.concept}` });
    const byDimension = new Map<string, (number | null)[][]>();
    for (const [key, values] of found) {
      const dimension = key.slice(prefix.length);
      const [name] = dimension.split("=");
      const kept = name && request.keep.includes(name as (typeof request.keep)[number]) ? dimension : "";
      byDimension.set(kept, [...(byDimension.get(kept) ?? []), values]);
    }
    for (const [dimension, lists] of byDimension) {
      const [name = "", value = ""] = dimension.split("=");
      const adds = request.statistic === "rate" || request.statistic === "sum";
      const values = Array.from({ length: Math.floor(cells / factor) }, (_, index) => {
        const present = lists.flatMap((list) =>
          list.slice(index * factor, (index + 1) * factor).filter((each) => each !== null),
        );
        if (present.length === 0) return null;
        const total = present.reduce((sum, each) => sum + each, 0);
        return adds ? (total / present.length) * lists.length : total / present.length;
      });
      const versions =
        fault?.canary?.entityId === entityId && request.keep.includes("version")
          ? versionsOf(values, fault, request.concept)
          : null;
      const shared = { entityId, startAt: from, stepSeconds: factor * cellSeconds };
      if (versions) series.push(...versions.map((each) => ({ ...shared, ...each })));
      else
        series.push({
          ...shared,
          dimensions: name ? { [name]: value } : request.keep.includes("version") ? { version: "1.4.0" } : {},
          values,
        });
    }
  }
  return { kind: "series", series, gaps };
}

/** Half of the instances run the new release: they carry the fault, the others do not. */
function versionsOf(
  values: (number | null)[],
  fault: SimulatedFault,
  concept: ConceptId,
): Pick<Series, "dimensions" | "values">[] {
  const began = Math.floor(((windowSeconds - fault.beganSecondsAgo - 8) / windowSeconds) * values.length);
  const usual = values.slice(0, began).filter((value) => value !== null);
  const level = usual.reduce((sum, value) => sum + value, 0) / Math.max(1, usual.length);
  const isRate = concept === "request.rate";
  const old = values.map((value, index) =>
    value === null ? null : index < began ? value : isRate ? value / 2 : level,
  );
  const fresh = values.map((value, index) =>
    value === null || index < began ? null : isRate ? value / 2 : 2 * value - level,
  );
  return [
    { dimensions: { version: "1.4.0" }, values: old },
    { dimensions: { version: fault.canary?.version ?? "1.5.0" }, values: fresh },
  ];
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

const usualTexts = ["request handled in <*> ms", "cache refreshed", "health check answered"];

function templatesOf(
  estate: Estate,
  fault: SimulatedFault | null,
  failed: FailedCalls,
  beganAt: number,
): LogTemplateCount[] {
  const template = (
    entityId: EntityId,
    text: string,
    severity: LogTemplateCount["severity"],
    counts: number[],
    frames: string[] | null,
    began: boolean,
  ): LogTemplateCount => ({
    templateId: digestOf({ entityId, text }).slice(0, 12),
    entityId,
    template: text,
    severity,
    exception: frames ? { type: text.split(":")[0] ?? "Error", frames } : null,
    startAt: from,
    stepSeconds: cellSeconds,
    counts,
    firstSeenAt: began ? beganAt + 1000 : now - 8e8,
    failingTraces: severity === "error" ? counts.reduce((sum, amount) => sum + amount, 0) : null,
    versions: { "1.4.0": counts.reduce((sum, amount) => sum + amount, 0) },
    example: text.replaceAll("<*>", "42"),
  });
  const random = seededRandom(estate.seed + 5);
  const began = Math.floor((cells * (windowSeconds - (fault?.beganSecondsAgo ?? 0))) / windowSeconds);
  const usual = estate.entities
    .filter(({ entity }) => entity.kind !== "external")
    .flatMap(({ entity }) => [
      ...usualTexts.map((text) =>
        template(
          entity.id,
          text,
          "info",
          Array.from({ length: cells }, () => Math.round(random.between(0, 6))),
          null,
          false,
        ),
      ),
      template(
        entity.id,
        "slow answer from <*>, tried again",
        "warn",
        Array.from({ length: cells }, () => (random.next() < 0.03 ? 1 : 0)),
        null,
        false,
      ),
    ]);
  const stated = (fault?.logs ?? []).map(({ entityId, text, severity, perSecond, frames }) =>
    template(
      entityId,
      text,
      severity,
      Array.from({ length: cells }, (_, cell) =>
        cell >= began ? Math.round(perSecond * cellSeconds * random.noise(0.1)) : 0,
      ),
      frames ?? null,
      true,
    ),
  );
  const echoed = [...failed].flatMap(([key, { text, counts }]) => {
    const [caller = ""] = key.split(" ");
    const isStated = (fault?.logs ?? []).some((log) => log.entityId === caller);
    return isStated || counts.every((amount) => amount === 0)
      ? []
      : [
          template(
            caller,
            text,
            "error",
            counts,
            null,
            counts.slice(0, began).every((amount) => amount === 0),
          ),
        ];
  });
  return [...usual, ...stated, ...echoed];
}

function regrid(templates: LogTemplateCount[], stepSeconds: number): LogTemplateCount[] {
  const factor = Math.max(1, Math.round(stepSeconds / cellSeconds));
  return templates.map((template) => ({
    ...template,
    stepSeconds: factor * cellSeconds,
    counts: Array.from({ length: Math.floor(cells / factor) }, (_, index) =>
      template.counts.slice(index * factor, (index + 1) * factor).reduce((sum, amount) => sum + amount, 0),
    ),
  }));
}

function workloadsOf(estate: Estate, fault: SimulatedFault | null, beganAt: number): Workload[] {
  return estate.entities
    .filter(({ entity }) => entity.kind !== "external")
    .map(({ entity, instances, version, memoryLimit, cpuLimit }) => {
      const isCanary = fault?.canary?.entityId === entity.id;
      const workload: Workload = {
        entityId: entity.id,
        connection: "platform",
        target: entity.name,
        at: now,
        revision: "7",
        version,
        versions: [{ version, deployedAt: now - 8e8, commit: null, summary: null }],
        replicas: { desired: instances.length, ready: instances.length, declared: instances.length },
        instances: instances.map((id, index) => ({
          id,
          version: isCanary && index === 0 ? (fault?.canary?.version ?? version) : version,
          startedAt: now - 8e8,
          restarts: 0,
          state: "running",
          lastExit: null,
        })),
        limits: { memoryBytes: memoryLimit, cpuCores: cpuLimit, declaredMemoryBytes: memoryLimit },
        configuration: {},
        flags: [],
        schedules: [],
      };
      return fault?.workloads?.[entity.id]?.(workload, beganAt) ?? workload;
    });
}

function databasesOf(estate: Estate, fault: SimulatedFault | null) {
  return [estate.role.database, estate.role.otherDatabase].map((entityId) => ({
    at: now,
    connections: { used: 14, limit: 100, byClient: [{ client: "app", state: "idle", count: 14 }] },
    blockers: [],
    running: [],
    statements: [
      {
        query: "SELECT 1 FROM carts WHERE id = $1",
        calls: 3000,
        meanSeconds: 0.002,
        totalSeconds: 6,
        rowsPerCall: 1,
        blocksPerCall: 4,
        before: { calls: 60_000, meanSeconds: 0.0019, blocksPerCall: 4 },
      },
    ],
    tables: [
      {
        table: "carts",
        liveRows: 90_000,
        deadRows: 10,
        sequentialScansPerSecond: 0,
        rowsReadSequentiallyPerSecond: 0,
        indexScansPerSecond: 40,
        before: { sequentialScansPerSecond: 0, rowsReadSequentiallyPerSecond: 0 },
      },
    ],
    replication: [],
    ...(fault?.database?.entityId === entityId ? fault.database : {}),
    entityId,
  }));
}

function endpointsOf(estate: Estate, fault: SimulatedFault | null, wanted: EntityId[]) {
  return wanted.map((entityId) => {
    const error = fault?.endpointErrors?.[entityId] ?? null;
    const isGone = (fault?.knobs(fault.beganSecondsAgo).down?.[entityId] ?? 0) >= 1;
    const hasTls = entityId === estate.role.charge || entityId === estate.role.provider;
    return {
      entityId,
      address: entityId,
      port: 443,
      resolved:
        (fault?.knobs(fault.beganSecondsAgo).nameFailures ?? 0) > 0
          ? { error: "ENOTFOUND" }
          : { addresses: ["10.0.0.1"], seconds: 0.001 },
      connected: isGone ? { error: "ECONNREFUSED" } : { seconds: 0.001 },
      tls: hasTls
        ? {
            notBefore: now - 3e9,
            notAfter: error ? now - (fault?.certificateEndedSecondsAgo ?? 0) * 1000 : now + 5e9,
            subject: entityId,
            issuer: "authority",
            error,
          }
        : null,
    };
  });
}

export function entityNamed({ estate }: World, id: EntityId): Entity | undefined {
  return estate.byId.get(id)?.entity;
}

/** Every concept: so that a test can take away all but a few. */
export const everyConcept: readonly ConceptId[] = conceptIds;
