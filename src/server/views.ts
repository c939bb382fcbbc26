import type { DrillOffer } from "../core/capability.ts";
import type { ConceptDefinition } from "../core/concept.ts";
import type { EntityKind } from "../core/entity.ts";
import type { Category, ItemSeverity, OverruleVerdict } from "../core/item.ts";
import type { ActionKind } from "../core/plan.ts";
import type { ChangeKind } from "../core/workload.ts";

/**
 * What the HTTP API says, as the page needs it: types and plain constants only. The incident page's own views are in
 * `incident-views.ts`. Everything is under `/api/v1`, JSON, with the session cookie. Lists are empty, never absent.
 * Sentences are text for people, never markup; the page escapes everything.
 */

/** RFC 3339 in UTC. The page shows local time, UTC on hover. */
export type Timestamp = string;

export type WindowView = { from: Timestamp; to: Timestamp };

/** UCUM, as in the concepts, plus what tables need. The page turns base units into readable ones (s → ms, By → MiB). */
export type Unit = ConceptDefinition["unit"] | "%" | "{line}" | "{line}/min" | "";

export type EntityRef = { id: string; name: string; kind: EntityKind };

export type IncidentRef = { id: string; label: string };

/** `unknown`: nothing can be seen of it. Never guessed to be healthy. */
export type HealthState = "failing" | "degraded" | "healthy" | "unknown";

/** Core severities as people on call say them. */
export const severityLabels: Record<ItemSeverity, string> = {
  critical: "P1",
  high: "P2",
  medium: "P3",
  low: "P4",
  info: "P5",
};

/** Every writing request carries it (any value), beside the cookie: another site cannot set it. */
export const requestHeader = "x-midwatch-request";

/** Any status from 400 up. `place` says where in the request, when it is the request's fault. 401: sign in again. */
export type ErrorView = { error: { code: string; message: string; wayOut: string; place?: string } };

// ---------------------------------------------------------------- GET /session

/** What every page shows around itself. Refetched on `changed` with `session`. */
export type SessionView = {
  now: Timestamp;
  person: { name: string; role: "viewer" | "responder" | "admin" };
  stop: StopView;
  /** "Writes are on in lab, each with approval." */
  writesSentence: string;
  /** "Nothing was changed in the last 12 h without a person." Null: nothing to say. */
  watchSentence: string | null;
  version: string;
  model: string | null;
  /** Newest sample of any source; older than 60 s is shown as "last data 03:06". Null: no source yet. */
  lastDataAt: Timestamp | null;
};

/** The kill switch. `POST /stop-all {stop}` answers it as well. */
export type StopView = { isStopped: boolean; since: Timestamp | null; by: string | null };
export type StopRequest = { stop: boolean };

// ---------------------------------------------------------------- GET /now, GET /incidents

/** Where an incident stands, in the order in which it needs a person. */
export const incidentPhases = [
  "waiting-for-approval", // a plan waits for a person
  "needs-a-person", // answered, nothing safe to do or refused or unknown: somebody has to look
  "acting", // approved, being carried out or undone
  "verifying", // carried out, too early to say
  "investigating",
  "taken-over", // a person has it
  "watching", // recovered so far, or healthy: waits for its exit condition
  "closed",
] as const;
export type IncidentPhase = (typeof incidentPhases)[number];

/** One line of an incident, as in lists. */
export type IncidentLine = IncidentRef & {
  phase: IncidentPhase;
  severity: ItemSeverity;
  /** Before it was raised or lowered; null when it never moved. */
  severityBefore: ItemSeverity | null;
  environment: string;
  entity: EntityRef | null;
  /** The answer's headline, or what is complained about while there is none. */
  title: string;
  /** One sentence on what is hurt; null while unknown. */
  impact: string | null;
  verdict: "cause" | "leads" | "unknown" | "healthy" | null;
  /** Of the leading hypothesis; null while there is none. */
  probability: number | null;
  /** What is proposed, running or done, when there is a plan. */
  plan: { title: string; risk: "low" | "medium" | "high"; hasUndo: boolean; expiresAt: Timestamp } | null;
  /** While investigating. */
  progress: { answered: number; asked: number; secondsUsed: number; bestLead: string | null } | null;
  /** What happens next by itself: "watched until 03:31", "pages Jonas Weber at 03:10". */
  nextSentence: string | null;
  takenOverBy: string | null;
  openedAt: Timestamp;
  /** Middle of the onset interval; null until measured. */
  beganAt: Timestamp | null;
  closedAt: Timestamp | null;
  /** The incident that goes on with its alerts, because both were one matter. */
  mergedInto: IncidentRef | null;
};

export type NowView = {
  now: Timestamp;
  /** Open ones, sorted: phase order, then severity, then age. */
  incidents: IncidentLine[];
  /** Closed in the last 12 h, newest first, at most 5. */
  recentlyClosed: IncidentLine[];
  /** Traffic, errors, latency at the front door over the last hour: what users notice. */
  front: FigureView[];
  graph: GraphView;
  rail: NightRailView;
  keptQuiet: { since: Timestamp; total: number; items: AlertLine[] };
  /** Null: no platform here lets itself be broken on purpose. */
  drills: DrillsView | null;
  /** Who gets told, in order; empty until people are configured. */
  onWatch: { place: string; name: string; sentence: string | null }[];
  /** What to connect next, best first: shown large while nothing is connected. */
  nextConnections: { title: string; why: string; how: string }[];
};

export type IncidentsView = { incidents: IncidentLine[]; nextCursor: string | null };

/** A number with its little chart. `state` colours it; never alone, the word is shown too. */
export type FigureView = {
  title: string;
  value: number | null;
  unit: Unit;
  state: HealthState;
  usual: { low: number; high: number } | null;
  spark: { startAt: Timestamp; stepSeconds: number; values: (number | null)[] } | null;
};

/** The watch on one line: what was kept quiet, what became an incident. */
export type NightRailView = {
  from: Timestamp;
  to: Timestamp;
  /** One a quiet alert that stands alone. */
  quietAt: Timestamp[];
  /** Many with one reason. */
  groups: { at: Timestamp; count: number; sentence: string }[];
  incidents: { incident: IncidentRef; at: Timestamp; phase: IncidentPhase; severity: ItemSeverity; name: string }[];
};

// ---------------------------------------------------------------- GET /drills, POST /drills, POST /drills/heal

export type DrillsView = {
  /** The connection that offers them, and what it says of itself. */
  platform: string;
  drills: DrillOffer[];
  active: { id: string; title: string; since: Timestamp }[];
  /** The incident that followed the last one, in words; null before the first. */
  last: { title: string; startedAt: Timestamp; incident: IncidentRef | null; foundAfterSeconds: number | null } | null;
};
/** `id` null: any of them, chosen by the server. Answers `DrillsView`. */
export type StartDrillRequest = { id: string | null; target?: string; magnitude?: number; seed?: number };

// ---------------------------------------------------------------- GET /alerts, POST /alerts/:itemId/overrule

/** Query: `outcome`, `category`, `source` (repeatable), `q`, `since` (RFC 3339), `cursor`. */
export type AlertsView = {
  since: Timestamp;
  /** Of everything since then, whatever is filtered. */
  total: number;
  /** For how many incidents a person was called. */
  pagedCount: number;
  overruled: { count: number; decisions: number; days: number };
  facets: { outcome: FacetCount[]; category: FacetCount[]; source: FacetCount[] };
  alerts: AlertLine[];
  /** Rows that match the filter. */
  matching: number;
  nextCursor: string | null;
};

export type FacetCount = { value: string; label: string; count: number };

/** One incoming item, or several that came as one, with what was done and why. */
export type AlertLine = {
  itemId: string;
  title: string;
  entity: EntityRef | null;
  severity: ItemSeverity;
  severityBefore: ItemSeverity | null;
  category: Category;
  source: string;
  sourceKind: "alert" | "context" | "event" | "detection";
  status: "firing" | "resolved";
  startsAt: Timestamp;
  endsAt: Timestamp | null;
  receivedAt: Timestamp;
  /** What triage did; `pending` for the moment before it has. */
  outcome: "opened" | "joined" | "resolved" | "kept-quiet" | "refused" | "pending";
  /** Whether a person was paged because of it. */
  hasPaged: boolean;
  incident: IncidentRef | null;
  reason: string;
  link: string | null;
  /** Same rule and entity again, or folded together: how many, the first few of them. */
  count: number;
  members: { itemId: string; at: Timestamp; title: string }[];
  overruled: { verdict: OverruleVerdict; person: string; at: Timestamp; why: string | null } | null;
};

/** Answers `AlertLine`. `incidentId`: with "belongs-to", where it belongs. */
export type OverruleRequest = { verdict: OverruleVerdict; why: string | null; incidentId?: string };

// ---------------------------------------------------------------- GET /graph?at=…, GET /entities/:id

export type GraphView = {
  asOf: Timestamp;
  nodes: GraphNode[];
  edges: GraphEdge[];
};

export type GraphNode = {
  entity: EntityRef;
  environment: string;
  state: HealthState;
  /** "3.9 % fail", "as usual", "not to be seen": the word beside the colour. */
  stateSentence: string;
  /** What its callers see: the number under the name, e.g. requests a second. */
  figure: { value: number; unit: Unit } | null;
  /** Errors over the last hour (or the signal that is off), newest last. */
  spark: (number | null)[];
};

export type GraphEdge = {
  from: string;
  to: string;
  type: "calls" | "runs-on" | "instance-of" | "reads-from" | "writes-to" | "part-of";
  /** Below .5: tentative, drawn dashed. */
  confidence: number;
  isAsynchronous: boolean;
  /** On the path of an open incident. */
  isHot: boolean;
  sources: string[];
  lastSeenAt: Timestamp;
};

/** The card of one entity. */
export type EntityView = {
  entity: EntityRef;
  environment: string;
  state: HealthState;
  stateSentence: string;
  tier: 1 | 2 | 3 | null;
  owner: string | null;
  objectives: string[];
  figures: FigureView[];
  /** What sources call it. */
  names: { source: string; name: string; claimedAt: Timestamp }[];
  /** Limits, versions, replicas: whatever the platform tells, in order. */
  facts: { title: string; text: string }[];
  needs: (GraphEdge & { other: EntityRef })[];
  neededBy: (GraphEdge & { other: EntityRef })[];
  changes: ChangeLine[];
  incidents: IncidentLine[];
};

// ---------------------------------------------------------------- GET /changes?since=&entity=&kind=&q=

export type ChangesView = { since: Timestamp; changes: ChangeLine[]; isTruncated: boolean };

export type ChangeLine = {
  id: string;
  at: Timestamp;
  kind: ChangeKind;
  source: string;
  entities: EntityRef[];
  key: string | null;
  actor: string;
  summary: string;
  /** As text; null when the source does not tell. */
  before: string | null;
  after: string | null;
  commit: string | null;
  diff: string | null;
  link: string | null;
  /** Made by midwatch's hand, on approval. */
  byMidwatch: boolean;
  /** Incidents that hold it to be their cause. */
  heldCauseOf: IncidentRef[];
};

// ---------------------------------------------------------------- GET /trust, POST /audit/verify

export type TrustView = {
  since: Timestamp;
  incidents: number;
  judged: number;
  /** Accuracy, completeness, fixes that helped, pages for nothing: always these four, in this order. */
  measures: MeasureView[];
  /** Medians; null until there is one. */
  medians: { toDetectSeconds: number | null; toCauseSeconds: number | null; toResolveSeconds: number | null };
  calibration: {
    name: string;
    labels: number;
    /** Only bins with at least one answer. */
    bins: { said: number; right: number; of: number; low: number; high: number }[];
  };
  costs: { figure: string; sentence: string }[];
  autonomy: {
    environments: string[];
    rows: { kind: ActionKind; title: string; cells: AutonomyCell[] }[];
  };
  stop: StopView;
  audit: {
    entries: number;
    lastVerified: AuditVerifyView | null;
    rows: AuditRow[];
  };
};

export type MeasureView = {
  id: "accuracy" | "completeness" | "fixes" | "false-pages";
  title: string;
  /** Null while `of` is 0: no percentage without history. */
  ratio: number | null;
  count: number;
  of: number;
  /** 95 % interval of the ratio. */
  low: number | null;
  high: number | null;
  sentence: string;
  points: { at: Timestamp; ratio: number; low: number; high: number }[];
};

export const autonomyLevels = ["observer", "advisor", "assistant", "responder", "autonomous"] as const;
type AutonomyCell = {
  environment: string;
  level: (typeof autonomyLevels)[number];
  /** "9 of 9 helped", "by policy", "no record yet". */
  record: string;
};

type AuditRow = { sequence: number; at: Timestamp; who: string; sentence: string; hash: string | null };
export type AuditVerifyView = { at: Timestamp; isUnbroken: boolean; entries: number; sentence: string };

// ---------------------------------------------------------------- GET /settings, POST /connections/:name/test

export type SettingsView = {
  connections: ConnectionView[];
  policy: {
    version: string;
    file: string | null;
    environments: { name: string; level: (typeof autonomyLevels)[number]; sentence: string }[];
    rules: { id: string; sentence: string }[];
  };
  people: { name: string; role: string }[];
  /** Every host that midwatch may talk to, and for which connection. */
  egress: { host: string; connection: string }[];
  about: {
    version: string;
    startedAt: Timestamp;
    database: string;
    dataFolder: string | null;
    configurationFile: string | null;
    model: string | null;
    telemetry: { title: string; text: string }[];
  };
};

/** `POST /connections/:name/test` asks live and answers this. */
export type ConnectionView = {
  name: string;
  kind: string;
  state: "ready" | "limited" | "unreachable" | "refused";
  sees: string[];
  lacks: { what: string; wayOut: string }[];
  testedAt: Timestamp;
};

// ---------------------------------------------------------------- GET /stream?incident=…

/**
 * Server-sent events, each with `id:`; a reconnect with `Last-Event-ID` gets what it missed or one `changed` of all.
 * `changed`: refetch what is shown. `step`: one more step of an incident (`StepEvent` in `incident-views.ts`); only with
 * `?incident=`. `clock`: every 15 s, so that a dead line is noticed.
 */
export type ChangedEvent = {
  what: ("session" | "now" | "incident" | "alerts" | "changes" | "graph" | "trust" | "settings" | "drills")[];
  /** Set with `incident`. */
  incidentId: string | null;
};
export type ClockEvent = { now: Timestamp; lastDataAt: Timestamp | null };
