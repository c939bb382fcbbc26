import type { ConceptId, Dimension, Statistic } from "./concept.ts";
import type { Entity, EntityClaim } from "./entity.ts";
import type { IncomingItem } from "./item.ts";
import type { Message, Receipt } from "./message.ts";
import type {
  DatabaseActivity,
  EndpointLook,
  Gap,
  LabelledSeries,
  LogLine,
  LogTemplateCount,
  NativeSignal,
  PastAlert,
} from "./observation.ts";
import type { Action, Difference } from "./plan.ts";
import type { Series } from "./series.ts";
import type { Instant, Window } from "./window.ts";
import type { Change, Workload } from "./workload.ts";

/**
 * What an integration can do. Integrations implement these; nobody but the composition root knows an integration.
 * Readers never throw for what a source says: a refusal, a time-out or an unknown signal is an answer.
 */
export type SourceAnswer<Body> = {
  status: "data" | "empty" | "partial" | "denied" | "unmapped" | "failed";
  body: Body | null;
  /** Why it is not plain data, and what right or command mends it. */
  why?: string;
  wayOut?: string;
  /** What was sent, for people: PromQL, SQL, a URL without secrets. */
  query?: string;
  link?: string;
  gaps: Gap[];
  isTainted?: boolean;
};

export type MetricsReader = {
  /** One aggregate question for a whole set of entities; the answer says for each what it could not see. */
  readSeries(request: {
    concept: ConceptId;
    entities: Entity[];
    statistic: Statistic;
    keep: Dimension[];
    stepSeconds: number;
    window: Window;
  }): Promise<SourceAnswer<Series[]>>;
  readNativeSignal?(request: {
    signal: NativeSignal;
    stepSeconds: number;
    window: Window;
  }): Promise<SourceAnswer<LabelledSeries[]>>;
  /** Share of entities for which each concept has a signal here, 0 to 1. */
  coverage(entities: Entity[]): Promise<{ concept: ConceptId; coveredRatio: number; signal: string }[]>;
};

export type LogReader = {
  readTemplates(request: {
    entities: Entity[];
    window: Window;
    stepSeconds: number;
  }): Promise<SourceAnswer<LogTemplateCount[]>>;
  readLines(request: {
    entities: Entity[];
    window: Window;
    templateId: string | null;
    limit: number;
  }): Promise<SourceAnswer<LogLine[]>>;
};

export type ChangeReader = {
  readChanges(request: { entities: Entity[]; window: Window }): Promise<SourceAnswer<Change[]>>;
};

export type WorkloadReader = { readWorkloads(request: { entities: Entity[] }): Promise<SourceAnswer<Workload[]>> };

type DatabaseReader = {
  readActivity(request: { entities: Entity[]; window: Window }): Promise<SourceAnswer<DatabaseActivity[]>>;
};

type EndpointProber = { look(request: { entities: Entity[] }): Promise<SourceAnswer<EndpointLook[]>> };

/** `isMuted`: it fires, but is silenced or inhibited: nobody is to be told. */
export type FiringAlert = { item: IncomingItem; isMuted: boolean };

export type AlertReader = {
  /** All that is firing now: the pull twin of a pushed intake. */
  readFiring(): Promise<SourceAnswer<FiringAlert[]>>;
  /** For so long, after a start of its own, it may not know of alerts that fire: only then its silence means an end. */
  forgetsForSeconds: number;
  /** The connection whose alerts come through this one, which knows more of them: who must not be told, say. */
  speaksFor?: string;
  readPast?(request: { window: Window }): Promise<SourceAnswer<PastAlert[]>>;
};

/** Tells which entities and edges a source knows, as dated claims. */
export type EntityDiscoverer = {
  discover(window: Window): Promise<SourceAnswer<DiscoveredEntity[]>>;
  discoverEdges?(window: Window): Promise<SourceAnswer<DiscoveredEdge[]>>;
};

export type DiscoveredEntity = {
  claim: Omit<EntityClaim, "entityId" | "withdrawnAt">;
  environment: string | null;
  business: Entity["business"];
};

/** Ends are names as the source knows them: `service.name=checkout`. */
export type DiscoveredEdge = {
  from: Record<string, string>;
  to: Record<string, string>;
  type: "calls" | "runs-on" | "instance-of" | "reads-from" | "writes-to" | "part-of";
  isAsynchronous: boolean;
  lastSeenAt: Instant;
};

export type DrillOffer = {
  id: string;
  title: string;
  scene: string | null;
  /** What a person would say of it, for drills that begin with words rather than with an alert. */
  complaint?: { alert: string; context: string } | undefined;
};

/** Where drills can be started: a platform that lets itself be broken on purpose. */
export type DrillRunner = {
  list(): Promise<{
    drills: DrillOffer[];
    active: { id: string; since: Instant }[];
  }>;
  start(id: string, parameters: { target?: string; magnitude?: number; seed?: number }): Promise<void>;
  heal(): Promise<void>;
};

/** Writes. Only the hand holds one. */
export type ActionExecutor = {
  /** The exact difference, without doing anything; also tells a missing right before anybody is asked. */
  dryRun(action: Action): Promise<DryRun>;
  /** Compare-and-set on `revision`. The same key a second time answers with the first result. */
  execute(action: Action, guard: { idempotencyKey: string; revision: string }): Promise<ExecutionAnswer>;
  /** What became of a key: for reading back after a time-out or a crash. */
  findOperation(idempotencyKey: string): Promise<ExecutionAnswer | "never-arrived" | "not-readable">;
};

export type DryRun =
  | { kind: "possible"; difference: Difference; revision: string; before: unknown }
  | { kind: "denied"; why: string; wayOut: string }
  | { kind: "impossible"; why: string };

export type ExecutionAnswer =
  | { kind: "done"; before: unknown; after: unknown; revision: string | null }
  | { kind: "refused"; why: string }
  | { kind: "failed"; why: string }
  | { kind: "unknown"; why: string };

export type MessageSender = {
  channel: string;
  /** What is said there; everything where it is absent. */
  urgencies?: Message["urgency"][];
  send(message: Message): Promise<Delivery>;
};

/** What became of a message, and why where it did not surely arrive. */
export type Delivery = Pick<Receipt, "fate" | "why">;

/** What `doctor` and Settings show of a connection. */
export type ConnectionReport = {
  name: string;
  kind: string;
  state: "ready" | "limited" | "unreachable" | "refused";
  sees: string[];
  lacks: { what: string; wayOut: string }[];
};

export type Connection = {
  name: string;
  kind: string;
  /** Every host it may talk to, for `midwatch egress`. */
  destinations: string[];
  check(): Promise<ConnectionReport>;
  metrics?: MetricsReader;
  logs?: LogReader;
  changes?: ChangeReader;
  workloads?: WorkloadReader;
  database?: DatabaseReader;
  endpoints?: EndpointProber;
  alerts?: AlertReader;
  discovery?: EntityDiscoverer;
  drills?: DrillRunner;
  executor?: ActionExecutor;
  sender?: MessageSender;
  close?(): Promise<void>;
};
