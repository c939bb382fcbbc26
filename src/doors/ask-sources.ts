import type { Connection, SourceAnswer } from "../core/capability.ts";
import type { Entity, EntityId } from "../core/entity.ts";
import type { Gap, ObservationBody, ObservationStatus, ObserveRequest } from "../core/observation.ts";
import type { Series } from "../core/series.ts";
import type { Change } from "../core/workload.ts";
import { answerForStrangers, type ReportOf } from "./answer-for-strangers.ts";
import { dropSightings } from "./drop-sightings.ts";
import type { Limiter } from "./limit-concurrency.ts";
import type { ObserveDependencies } from "./observe-dependencies.ts";

type CombinedAnswer = {
  source: string;
  status: ObservationStatus;
  body: ObservationBody | null;
  why: string | null;
  wayOut: string | null;
  query: string | null;
  link: string | null;
  isTainted: boolean;
};

/** What one door keeps of its sources from one question to the next, beside what it was given. */
type SourceDependencies = ObserveDependencies & { limiter: Limiter; reportOf: ReportOf };

/**
 * Asks every connection that can answer, and makes one answer of theirs. Series are asked for in the order of the
 * configuration, and only for the entities that the sources before could not see: one source of truth a signal.
 */
export async function askSources(
  request: ObserveRequest,
  dependencies: SourceDependencies,
  incidentId: string | null,
): Promise<CombinedAnswer> {
  if (request.kind === "graph") {
    const body = await dependencies.readGraph(request);
    return { ...nothing, source: "knowledge", status: body.entities.length > 0 ? "data" : "empty", body };
  }
  if (request.kind === "native-signal") return askNativeSignal(request, dependencies, incidentId);
  const entities = await dependencies.findEntities(request.entities);
  const strangers = request.entities.filter((id) => !entities.some((entity) => entity.id === id));
  if (entities.length === 0 && strangers.length > 0) {
    const { source, note } = await answerForStrangers(request, dependencies);
    return { ...nothing, source, status: "unmapped", why: note?.why ?? null, wayOut: note?.wayOut ?? null };
  }
  const ask = async <Body>(
    connection: Connection,
    question: () => Promise<SourceAnswer<Body>>,
  ): Promise<SourceAnswer<Body>> => {
    dependencies.countRead(connection.name, incidentId);
    return dependencies.limiter(connection.name, () => safely(question));
  };
  const parts =
    request.kind === "series"
      ? await askForSeries(request, entities, dependencies, ask)
      : await Promise.all(
          dependencies.connections().flatMap((connection) => {
            const question = questionFor(request, connection, entities);
            return question ? [ask(connection, question).then((answer) => ({ connection, answer }))] : [];
          }),
        );
  if (parts.length === 0) {
    const why = `no connection can answer questions about ${request.kind.replaceAll("-", " ")}`;
    return {
      ...nothing,
      source: "none",
      status: "unmapped",
      why,
      wayOut: "Connect a source that has it; Settings lists the kinds.",
    };
  }
  return combine(request, parts, strangers, dependencies);
}

const nothing: CombinedAnswer = {
  source: "none",
  status: "empty",
  body: null,
  why: null,
  wayOut: null,
  query: null,
  link: null,
  isTainted: false,
};

type Part = { connection: Connection; answer: SourceAnswer<unknown[]> };
type Ask = <Body>(connection: Connection, question: () => Promise<SourceAnswer<Body>>) => Promise<SourceAnswer<Body>>;

async function askForSeries(
  request: Extract<ObserveRequest, { kind: "series" }>,
  entities: Entity[],
  dependencies: ObserveDependencies,
  ask: Ask,
): Promise<Part[]> {
  const parts: Part[] = [];
  let unseen = entities;
  for (const connection of dependencies.connections()) {
    const { metrics } = connection;
    if (!metrics || unseen.length === 0) continue;
    const { kind: _, ...question } = request;
    const answer = await ask(connection, () => metrics.readSeries({ ...question, entities: unseen }));
    parts.push({ connection, answer });
    const seen = new Set((answer.body ?? []).map((series) => series.entityId));
    unseen = unseen.filter((entity) => !seen.has(entity.id));
  }
  return parts;
}

/** The question as this connection understands it; null when it has no such capability. */
function questionFor(
  request: Exclude<ObserveRequest, { kind: "series" | "graph" | "native-signal" }>,
  connection: Connection,
  entities: Entity[],
): (() => Promise<SourceAnswer<unknown[]>>) | null {
  const { window } = request;
  switch (request.kind) {
    case "log-templates": {
      const { logs } = connection;
      return logs ? () => logs.readTemplates({ entities, window, stepSeconds: request.stepSeconds }) : null;
    }
    case "log-lines": {
      const { logs } = connection;
      return logs
        ? () => logs.readLines({ entities, window, templateId: request.templateId, limit: request.limit })
        : null;
    }
    case "changes": {
      const { changes } = connection;
      return changes ? () => changes.readChanges({ entities, window }) : null;
    }
    case "workloads": {
      const { workloads } = connection;
      return workloads ? () => workloads.readWorkloads({ entities }) : null;
    }
    case "database-activity": {
      const { database } = connection;
      return database ? () => database.readActivity({ entities, window }) : null;
    }
    case "endpoint": {
      const { endpoints } = connection;
      return endpoints ? () => endpoints.look({ entities }) : null;
    }
    case "alerts": {
      const readPast = connection.alerts?.readPast;
      return readPast ? () => readPast({ window }) : null;
    }
  }
}

async function askNativeSignal(
  request: Extract<ObserveRequest, { kind: "native-signal" }>,
  dependencies: SourceDependencies,
  incidentId: string | null,
): Promise<CombinedAnswer> {
  const connection = dependencies.connections().find(({ name }) => name === request.signal.connection);
  const read = connection?.metrics?.readNativeSignal;
  if (!connection || !read) {
    return {
      ...nothing,
      status: "unmapped",
      why: `no connection ${request.signal.connection} that reads native signals`,
    };
  }
  dependencies.countRead(connection.name, incidentId);
  const { signal, stepSeconds, window } = request;
  const answer = await dependencies.limiter(connection.name, () => safely(() => read({ signal, stepSeconds, window })));
  return {
    ...nothing,
    ...about(answer),
    source: connection.name,
    status: answer.status,
    body: answer.body ? { kind: "native-signal", series: answer.body, gaps: answer.gaps } : null,
  };
}

/** Integrations should not throw for what a source says; one that does is a failed source, not a failed incident. */
async function safely<Body>(question: () => Promise<SourceAnswer<Body>>): Promise<SourceAnswer<Body>> {
  try {
    return await question();
  } catch (thrown) {
    return { status: "failed", body: null, why: thrown instanceof Error ? thrown.message : String(thrown), gaps: [] };
  }
}

function combine(
  request: ObserveRequest,
  parts: Part[],
  strangers: EntityId[],
  dependencies: ObserveDependencies,
): CombinedAnswer {
  const items = withoutRepeats(parts.flatMap(({ answer }) => answer.body ?? []));
  const seen = new Set(items.flatMap((item) => idsOf(item)));
  const gaps = [
    ...onePerEntity(parts.flatMap(({ answer }) => answer.gaps)).filter((gap) => !seen.has(gap.entityId)),
    ...strangers.map((entityId): Gap => ({ entityId, status: "unmapped", why: "no source names this entity" })),
  ];
  const answered = parts.filter(({ answer }) => answer.body !== null && answer.body.length > 0);
  const speaking = answered.length > 0 ? answered : parts;
  const troubled = parts.find(({ answer }) => answer.why !== undefined && answer.status !== "unmapped");
  return {
    source: speaking.map(({ connection }) => connection.name).join(" + "),
    status: statusOf(parts, items.length > 0, answered.length),
    body: bodyOf(
      request,
      items.map((item) => withKnownPeers(item, dependencies)),
      gaps,
    ),
    why: troubled?.answer.why ?? speaking[0]?.answer.why ?? null,
    wayOut: troubled?.answer.wayOut ?? speaking[0]?.answer.wayOut ?? null,
    query:
      speaking
        .map(({ answer }) => answer.query)
        .filter((query) => query !== undefined)
        .join("\n") || null,
    link: speaking.find(({ answer }) => answer.link !== undefined)?.answer.link ?? null,
    isTainted: parts.some(({ answer }) => answer.isTainted === true),
  };
}

function about(answer: SourceAnswer<unknown>): Pick<CombinedAnswer, "why" | "wayOut" | "query" | "link" | "isTainted"> {
  return {
    why: answer.why ?? null,
    wayOut: answer.wayOut ?? null,
    query: answer.query ?? null,
    link: answer.link ?? null,
    isTainted: answer.isTainted ?? false,
  };
}

/** Data wins; data beside a source in trouble is partial; else the least certain of the answers. */
function statusOf(parts: Part[], hasItems: boolean, answered: number): ObservationStatus {
  const states = parts.map(({ answer }) => answer.status);
  if (hasItems) {
    const isWhole = states.every((state) => state === "data" || state === "empty" || state === "unmapped");
    return isWhole || answered === 0 ? "data" : "partial";
  }
  const order: ObservationStatus[] = ["denied", "failed", "empty", "partial", "unmapped"];
  return order.find((state) => states.includes(state)) ?? "empty";
}

/** An entity that one source has never heard of and another found empty is empty: somebody could look. */
function onePerEntity(gaps: Gap[]): Gap[] {
  const order: Gap["status"][] = ["denied", "failed", "empty", "unmapped"];
  const best = new Map<EntityId, Gap>();
  for (const gap of gaps) {
    const known = best.get(gap.entityId);
    if (!known || order.indexOf(gap.status) < order.indexOf(known.status)) best.set(gap.entityId, gap);
  }
  return [...best.values()];
}

/** A change that a platform tells and midwatch kept is one change. */
function withoutRepeats(items: unknown[]): unknown[] {
  const seen = new Set<string>();
  return items.filter((item) => {
    const id = typeof item === "object" && item !== null && "id" in item ? String(item.id) : null;
    if (id === null) return true;
    if (seen.has(id)) return false;
    seen.add(id);
    return true;
  });
}

function idsOf(item: unknown): EntityId[] {
  if (typeof item !== "object" || item === null) return [];
  if ("entityId" in item && typeof item.entityId === "string") return [item.entityId];
  if ("entityIds" in item && Array.isArray(item.entityIds)) return item.entityIds as EntityId[];
  return [];
}

/** Sources name peers and instances in their own words; where midwatch knows the thing its id stands instead. */
function withKnownPeers(item: unknown, dependencies: ObserveDependencies): unknown {
  if (typeof item !== "object" || item === null || !("dimensions" in item)) return item;
  const series = item as Series;
  const peer = series.dimensions.peer;
  const known = peer === undefined ? null : dependencies.findByName(peer);
  return known === null ? series : { ...series, dimensions: { ...series.dimensions, peer: known } };
}

function bodyOf(request: ObserveRequest, items: unknown[], gaps: Gap[]): ObservationBody | null {
  // The capability's type and the body's member agree by construction: `questionFor` asked for just these.
  switch (request.kind) {
    case "series":
      return { kind: "series", series: items as never, gaps };
    case "log-templates":
      return { kind: "log-templates", templates: items as never, gaps };
    case "log-lines":
      return { kind: "log-lines", lines: items as never, gaps };
    case "changes":
      return { kind: "changes", changes: dropSightings(items as Change[]), gaps };
    case "workloads":
      return { kind: "workloads", workloads: items as never, gaps };
    case "database-activity":
      return { kind: "database-activity", databases: items as never, gaps };
    case "endpoint":
      return { kind: "endpoint", endpoints: items as never, gaps };
    case "alerts":
      return { kind: "alerts", alerts: items as never, gaps };
    default:
      return null;
  }
}
