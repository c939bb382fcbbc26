import type { ConnectionReport, DrillOffer } from "../core/capability.ts";
import type { Edge, Entity, EntityId } from "../core/entity.ts";
import type { IncidentState, NextStep } from "../core/incident.ts";
import type { IncidentEvent, Step } from "../core/incident-events.ts";
import type { IncomingItem, OverruleVerdict, TriageDecision } from "../core/item.ts";
import type { Observation, ObservationId } from "../core/observation.ts";
import type { Approval } from "../core/plan.ts";
import type { PredicateResult } from "../core/predicate.ts";
import type { Instant } from "../core/window.ts";
import type { Change } from "../core/workload.ts";
import type { RefusedItem } from "../store/items.ts";
import type { Config } from "./config/config-schema.ts";
import type { HealthReading } from "./health.ts";

/** The running midwatch, as its ways in (page, API, command line) see it. Everything throws MidwatchError only. */
export type Midwatch = {
  version: string;
  startedAt: Instant;
  config: Config;
  configFile: string | null;
  dataDirectory: string | null;
  now(): Instant;

  sessions: Sessions;
  incidents: Incidents;
  intake: Intake;
  estate: Estate;
  trust: Trust;
  drills: Drills | null;
  connections: Connections;
  /** Tells every listener what has changed; returns how to stop listening. */
  listen(listener: (news: News) => void): () => void;
  /** Text for `/metrics`, Prometheus exposition format. */
  metrics(): Promise<string>;
  /** Whether the database answers and everything has started. */
  readiness(): Promise<{ isReady: boolean; parts: Record<string, string> }>;
  stop(): Promise<void>;
};

export type Person = { name: string; role: "viewer" | "responder" | "admin" };

export type Sessions = {
  /** A link's secret, good once and for ten minutes. */
  createSignInToken(person: string): Promise<string>;
  /** The session's secret; null when the link is used up, expired or unknown. */
  signIn(token: string): Promise<string | null>;
  findPerson(sessionToken: string): Promise<Person | null>;
  signOut(sessionToken: string): Promise<void>;
};

/** What the hand's journal says of a way back. `disarmed`: it does not run by itself any more, for that reason. */
export type UndoRecord = {
  state: "none" | "armed" | "disarmed" | "fired";
  /** When it runs by itself unless somebody confirms that the fix helped. */
  dueAt: Instant | null;
  reason: string | null;
};

export type IncidentRecord = {
  state: IncidentState;
  events: IncidentEvent[];
  observations: Map<ObservationId, Observation>;
  items: IncomingItem[];
  decisions: Map<string, TriageDecision>;
  changes: Change[];
  entities: Entity[];
  edges: Edge[];
  /** The way back of each plan that the hand has begun, by plan. */
  undos: Map<string, UndoRecord>;
  liveSteps: Step[];
  next: NextStep;
  /** False: what stands there is what is known so far, and a further look is coming. */
  isConcluded: boolean;
};

export type Incidents = {
  /** Folded states of all open incidents, oldest first. */
  open(): Promise<IncidentState[]>;
  /** Newest first. */
  list(filter: { isOpen?: boolean; limit: number; before?: string }): Promise<IncidentState[]>;
  /** Throws MW_NOT_FOUND. */
  read(id: string): Promise<IncidentRecord>;
  readObservation(
    id: ObservationId,
  ): Promise<{ observation: Observation; citedBy: { incidentId: string; sentence: string }[] }>;
  /** Throws MW_PLAN_CHANGED, MW_PLAN_EXPIRED, MW_WRITES_STOPPED. */
  decide(
    id: string,
    decision: Pick<Approval, "planId" | "planDigest" | "answer" | "why" | "via">,
    person: Person,
  ): Promise<void>;
  takeOver(id: string, person: Person): Promise<void>;
  handBack(id: string, person: Person): Promise<void>;
  rejectCause(id: string, hypothesisId: string, why: string | null, person: Person): Promise<void>;
  addContext(id: string, text: string, person: Person): Promise<void>;
  /** `word`: yes, no or unknown; or the name of a service, where the question is which one it is. */
  answerQuestion(id: string, question: string, word: string, person: Person): Promise<void>;
  /** The same predicate on fresh observations. */
  recheck(
    id: string,
    claimId: string,
  ): Promise<{ result: PredicateResult; sentence: string; at: Instant; observationIds: ObservationId[] }>;
  next(state: IncidentState): NextStep;
};

export type Receipt = { itemIds: string[]; incidentIds: string[] };

/** Answered only when on disk. Throws MW_PAYLOAD_INVALID with the place; what was refused is kept, redacted. */
export type Intake = {
  alertmanager(source: string, body: unknown): Promise<Receipt>;
  context(body: unknown): Promise<Receipt>;
  webhook(sender: string, body: unknown): Promise<Receipt>;
  changes(sender: string, body: unknown): Promise<{ changeIds: string[] }>;
  refused(source: string, place: string, problem: string, raw: string): Promise<void>;
  /** An item of its own for "look at this service since then". */
  look(question: { entity: string; since: Instant; person: Person }): Promise<Receipt>;
  list(filter: { since: Instant; limit: number; before?: Instant }): Promise<AlertRecord[]>;
  /** What nobody could understand, newest first: redacted, and where it went wrong. */
  listRefused(limit: number): Promise<RefusedRecord[]>;
  /** `paged`: for how many incidents a person was called. */
  count(since: Instant): Promise<{ total: number; keptQuiet: number; paged: number }>;
  /**
   * A person's word on what was done with an item: kept beside the decision, and done. `incidentId`: where it belongs.
   * Throws MW_NOT_FOUND, MW_INCIDENT_CLOSED.
   */
  overrule(
    itemId: string,
    word: { verdict: OverruleVerdict; why: string | null; incidentId: string | null },
    person: Person,
  ): Promise<AlertRecord>;
};

export type RefusedRecord = RefusedItem;

export type AlertRecord = {
  item: IncomingItem;
  decision: TriageDecision | undefined;
  /** Why it was folded into what was known or left alone; stays when it is over. Undefined where it was not. */
  quiet: TriageDecision | undefined;
  timesSeen: number;
  /** Whether a person was called for its incident. */
  hasPaged: boolean;
  overruled: { verdict: string; person: string; at: Instant; why: string | null } | null;
};

export type Estate = {
  entities(): Entity[];
  edges(): Edge[];
  health(): HealthReading;
  changes(question: {
    since: Instant;
    entityIds?: EntityId[];
    limit: number;
  }): Promise<{ changes: Change[]; isTruncated: boolean }>;
  claims(entityId: EntityId): Promise<{ source: string; name: string; claimedAt: Instant }[]>;
};

export type AuditEntryRecord = {
  number: number;
  at: Instant;
  kind: string;
  subject: string;
  who: string;
  sentence: string;
  hash: string;
};

export type Trust = {
  stop(): Promise<{ isStopped: boolean; since: Instant | null; by: string | null }>;
  setStop(isStopped: boolean, person: Person): Promise<void>;
  audit(limit: number): Promise<{ entries: number; rows: AuditEntryRecord[] }>;
  verifyAudit(): Promise<{ isUnbroken: boolean; entries: number; sentence: string }>;
  policy(): { version: string; rules: { id: string; sentence: string }[] };
  /** Newest closed or answered incidents, for measures. */
  outcomes(since: Instant): Promise<IncidentState[]>;
};

type DrillState = {
  platform: string;
  drills: DrillOffer[];
  active: { id: string; since: Instant }[];
};

export type Drills = {
  list(): Promise<DrillState>;
  start(id: string, parameters: { target?: string; magnitude?: number; seed?: number }): Promise<void>;
  heal(): Promise<void>;
};

export type Connections = {
  list(): { name: string; kind: string; destinations: string[] }[];
  /** Asks live. */
  check(name: string): Promise<ConnectionReport>;
};

export type News =
  | { kind: "incident"; incidentId: string }
  | { kind: "step"; incidentId: string; step: Step }
  | { kind: "alerts" | "estate" | "stop" | "drills" };
