import type { ConceptId, Dimension, Statistic } from "./concept.ts";
import type { Edge, Entity, EntityId } from "./entity.ts";
import type { Series } from "./series.ts";
import type { Instant, Window } from "./window.ts";
import type { Change, Workload } from "./workload.ts";

/** SHA-256 of the canonical JSON of request, source, window and body. */
export type ObservationId = string;

/**
 * A question to the outside, as plain data. Integrations compile it; nothing but a native signal carries query text.
 * `entities` are ids; the door hands integrations the entities with their names.
 */
export type ObserveRequest =
  | {
      kind: "series";
      concept: ConceptId;
      entities: EntityId[];
      statistic: Statistic;
      keep: Dimension[];
      stepSeconds: number;
      window: Window;
    }
  /** The user's own query, verbatim, with where it comes from. Never written by a model. */
  | { kind: "native-signal"; signal: NativeSignal; stepSeconds: number; window: Window }
  | { kind: "log-templates"; entities: EntityId[]; window: Window; stepSeconds: number }
  | { kind: "log-lines"; entities: EntityId[]; window: Window; templateId: string | null; limit: number }
  | { kind: "changes"; entities: EntityId[]; window: Window }
  | { kind: "workloads"; entities: EntityId[]; window: Window }
  | { kind: "database-activity"; entities: EntityId[]; window: Window }
  /** Look at an endpoint as a client would: name look-up, connection, TLS hand-shake. Sends no request body. */
  | { kind: "endpoint"; entities: EntityId[]; window: Window }
  | { kind: "graph"; around: EntityId[]; hops: number; window: Window }
  | { kind: "alerts"; entities: EntityId[]; window: Window };

export type RequestKind = ObserveRequest["kind"];

export type NativeSignal = {
  id: string;
  connection: string;
  query: string;
  origin: { kind: "rule" | "dashboard" | "runbook" | "alert"; name: string; url: string | null };
};

/** `unmapped`: this estate has no known signal for the concept; nobody looked. `empty`: somebody looked, nothing there. */
export type ObservationStatus = "data" | "empty" | "partial" | "denied" | "unmapped" | "failed";

/** What cannot be said of one entity in an answer about several. */
export type Gap = { entityId: EntityId; status: Exclude<ObservationStatus, "data" | "partial">; why: string };

export type ObservationBody =
  | { kind: "series"; series: Series[]; gaps: Gap[] }
  | { kind: "native-signal"; series: LabelledSeries[]; gaps: Gap[] }
  | { kind: "log-templates"; templates: LogTemplateCount[]; gaps: Gap[] }
  | { kind: "log-lines"; lines: LogLine[]; gaps: Gap[] }
  | { kind: "changes"; changes: Change[]; gaps: Gap[] }
  | { kind: "workloads"; workloads: Workload[]; gaps: Gap[] }
  | { kind: "database-activity"; databases: DatabaseActivity[]; gaps: Gap[] }
  | { kind: "endpoint"; endpoints: EndpointLook[]; gaps: Gap[] }
  | { kind: "graph"; entities: Entity[]; edges: Edge[]; gaps: Gap[] }
  | { kind: "alerts"; alerts: PastAlert[]; gaps: Gap[] };

/** A stored, immutable answer. Whatever is cited on a page is one of these. */
export type Observation = {
  id: ObservationId;
  request: ObserveRequest;
  /** The connection that answered, e.g. `telemetry`, `prometheus/main`. */
  source: string;
  status: ObservationStatus;
  body: ObservationBody | null;
  /** Why it is partial, denied, unmapped, failed; what right or command would mend it. */
  note: { why: string; wayOut: string | null } | null;
  observedAt: Instant;
  durationSeconds: number;
  /** What was sent, for people: PromQL, SQL, a URL. */
  query: string | null;
  /** Deep link into the user's own tool. */
  link: string | null;
  /** True when the body holds text from outside (log lines, alert fields). */
  isTainted: boolean;
  accessLabel: string;
};

export type LabelledSeries = {
  labels: Record<string, string>;
  startAt: Instant;
  stepSeconds: number;
  values: (number | null)[];
};

export const severities = ["trace", "debug", "info", "warn", "error", "fatal"] as const;
export type LogSeverity = (typeof severities)[number];

/** One log template of one entity with its counts on the request's grid. Text from outside: tainted. */
export type LogTemplateCount = {
  templateId: string;
  entityId: EntityId;
  /** Wildcards are `<*>`. */
  template: string;
  severity: LogSeverity;
  /** Exception type and top frames, when the lines carry a stack trace. */
  exception: { type: string; frames: string[] } | null;
  startAt: Instant;
  stepSeconds: number;
  counts: number[];
  /** When midwatch first saw this template of this entity, ever. */
  firstSeenAt: Instant;
  /** Distinct failing traces among the lines, where lines carry trace ids. */
  failingTraces: number | null;
  versions: Record<string, number>;
  example: string;
};

export type LogLine = {
  entityId: EntityId;
  at: Instant;
  severity: LogSeverity;
  text: string;
  traceId: string | null;
  attributes: Record<string, string>;
};

/** A snapshot of what a database is doing (`pg_stat_activity`, `pg_locks`, `pg_stat_statements`, table statistics). */
export type DatabaseActivity = {
  entityId: EntityId;
  at: Instant;
  connections: { used: number; limit: number; byClient: { client: string; state: string; count: number }[] };
  /** Sessions that hold what others wait for; `waiting` counts those behind them. */
  blockers: {
    session: string;
    client: string;
    state: string;
    transactionAgeSeconds: number;
    query: string;
    relation: string | null;
    waiting: number;
    longestWaitSeconds: number;
  }[];
  /** Running now for more than a second, longest first. */
  running: { session: string; client: string; seconds: number; waitEvent: string | null; query: string }[];
  /** Since statistics were last kept; the two snapshots' difference is taken by the reader when it has one. */
  statements: {
    query: string;
    calls: number;
    meanSeconds: number;
    totalSeconds: number;
    rowsPerCall: number;
    /** Blocks read or hit a call: what the plan has to touch. */
    blocksPerCall: number;
    /** The same figures over the time before this window, when known. */
    before: { calls: number; meanSeconds: number; blocksPerCall: number } | null;
  }[];
  tables: {
    table: string;
    liveRows: number;
    deadRows: number;
    sequentialScansPerSecond: number;
    rowsReadSequentiallyPerSecond: number;
    indexScansPerSecond: number;
    before: { sequentialScansPerSecond: number; rowsReadSequentiallyPerSecond: number } | null;
  }[];
  replication: { replica: string; lagSeconds: number | null }[];
};

export type EndpointLook = {
  entityId: EntityId;
  address: string;
  port: number;
  resolved: { addresses: string[]; seconds: number } | { error: string };
  connected: { seconds: number } | { error: string } | null;
  tls: { notBefore: Instant; notAfter: Instant; subject: string; issuer: string; error: string | null } | null;
};

export type PastAlert = {
  fingerprint: string;
  rule: string;
  entityIds: EntityId[];
  severity: string;
  startsAt: Instant;
  endsAt: Instant | null;
  summary: string;
};

/** Data or partial data: something was read. Empty counts as readable too: a readable absence is an answer. */
export function isReadable(observation: Pick<Observation, "status">): boolean {
  return observation.status === "data" || observation.status === "partial" || observation.status === "empty";
}
