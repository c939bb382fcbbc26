import type { Answer } from "./answer.ts";
import type { EntityId } from "./entity.ts";
import type { ExitCondition, Server } from "./incident-events.ts";
import type { Category, IncomingItem, ItemSeverity } from "./item.ts";
import type { ObservationId } from "./observation.ts";
import type { Approval, Outcome, Plan, Ruling, Verification } from "./plan.ts";
import type { PersonsWord } from "./scope.ts";
import type { Instant } from "./window.ts";

/** What midwatch can do for an incident. Each is one durable activity of minutes at most. */
export type ActivityName =
  | "investigate-round"
  | "propose"
  | "consult-policy"
  | "request-approval"
  | "execute"
  | "verify"
  | "undo"
  | "escalate"
  | "look-for-traffic"
  | "write-report"
  | "close";

/** What an incident needs next. */
export type NextStep =
  | {
      kind: "activity";
      name: ActivityName;
      /** `<incident>/<turn>/<name>`: the same need has the same id, in every process and after every crash. */
      id: string;
      why: string;
    }
  /** `until` null: until an event (a person, an alert) changes something. */
  | { kind: "wait"; why: string; until: Instant | null };

export type JoinedItem = {
  itemId: string;
  kind: IncomingItem["kind"];
  /** Null in incidents of an older midwatch. */
  fingerprint: string | null;
  title: string;
  entityIds: EntityId[];
  severity: ItemSeverity;
  /** `asked`: a question or event, which never fires or resolves. */
  state: "firing" | "resolved" | "asked";
  /** Since when it is in that state. */
  since: Instant;
  startsAt: Instant;
  /** When what it tells of was over, by its sender's word: before that was told. Null: it is not over. */
  endedAt: Instant | null;
  /** When it last fired or resolved: four within half an hour is flapping. */
  transitions: Instant[];
  reason: string;
};

/** An investigation under way: fixed start, what was committed so far. */
type Investigation = {
  startedAt: Instant;
  graphObservationId: ObservationId | null;
  roundsCommitted: number;
  /** Observations of committed rounds: never asked again. */
  observationIds: ObservationId[];
  /** Who answers the routes that items name. */
  servers: Server[];
};

/** A plan that was carried out, or that people turned down, and what became of it. */
export type Attempt = {
  plan: Plan;
  outcome: Outcome | null;
  verification: Verification["result"] | null;
  undo: Outcome["result"] | null;
  /** Why it is over. */
  end: string;
  endedAt: Instant;
};

/** Folded from events: everything `nextStep` and the page need. Never stored as the truth. */
export type IncidentState = {
  id: string;
  /** Of the last event; 0 before the first. */
  sequence: number;
  /** Sequence of the last event that changed what is needed; ids of activities derive from it. */
  turn: number;
  title: string;
  severity: ItemSeverity;
  severityReason: string;
  category: Category;
  environment: string;
  entityIds: EntityId[];
  openedAt: Instant;
  reason: string;
  exitCondition: ExitCondition;
  items: JoinedItem[];
  /** Alerts that a person said are part of this, or are not; the last word on each. Correlation follows them. */
  placements: { itemId: string; fingerprint: string; isHere: boolean; person: string }[];
  /** Last time an alert joined, fired, resolved or was split off. */
  itemNewsAt: Instant;

  takenOverBy: string | null;
  context: { person: string; text: string; at: Instant }[];
  rejectedHypothesisIds: string[];
  /** What people answered to midwatch's questions; of several about one suspect the last. */
  words: PersonsWord[];

  investigation: Investigation | null;
  answer: Answer | null;
  answeredAt: Instant | null;
  /** Null: the answer stands. */
  staleReason: string | null;
  /** Answers since something new was learned: looks get rarer. */
  looks: number;
  /** Answers in a row that lead with the same hypothesis; 0 where the last one leads with none. */
  stood: number;
  /** What joined since the last look began and its answer does not cover; see `fresh-news.ts`. */
  freshNews: { itemId: string; at: Instant; entityIds: EntityId[]; isWorse: boolean }[];
  /** Looks for the sake of such news since a person last spoke. */
  newsLooks: number;

  plan: Plan | null;
  noSafeAction: { sentence: string; tellWhom: string | null; at: Instant } | null;
  ruling: Ruling | null;
  approvalRequestedAt: Instant | null;
  approval: Approval | null;
  execution: { planId: string; idempotencyKey: string; startedAt: Instant } | null;
  outcome: Outcome | null;
  verification: Verification | null;
  verificationLooks: number;
  undoRequestedBy: string | null;
  undo: { planId: string; idempotencyKey: string; reason: string; outcome: Outcome | null } | null;
  attempts: Attempt[];

  escalations: { reason: string; messageKey: string; at: Instant; turn: number }[];
  /** Whether people use it, asked once when the last alert fell silent. */
  traffic: { state: "recovered" | "stopped"; sentence: string; at: Instant } | null;
  /** Failures of activities since one last succeeded. */
  failures: { activity: string; problem: string; at: Instant; count: number } | null;
  report: { markdown: string; at: Instant } | null;
  closed: { reason: string; at: Instant } | null;
  /** The incident that goes on with its alerts: both were one matter. */
  mergedInto: string | null;
};
