import type { Answer } from "./answer.ts";
import type { EntityId } from "./entity.ts";
import type { Category, IncomingItem, ItemSeverity } from "./item.ts";
import type { ObservationId, ObservationStatus } from "./observation.ts";
import type { Approval, Outcome, Plan, Ruling, Verification } from "./plan.ts";
import type { PersonsWord } from "./scope.ts";
import type { Instant } from "./window.ts";

/** Who did it: a part of midwatch, or a person by name. */
export type Actor = { kind: "midwatch"; part: string } | { kind: "person"; name: string };

/** How an incident ends, also when traffic stops. */
export type ExitCondition = {
  sentence: string;
  /** All joined alerts resolved for this long. */
  quietSeconds: number;
  /** With no traffic and nothing firing for this long the incident closes as "no more traffic". */
  noTrafficSeconds: number;
};

/** The entities that answer the route which an item names. */
export type Server = { itemId: string; entityIds: EntityId[] };

export type Step = {
  observationId: ObservationId;
  sentence: string;
  source: string;
  status: ObservationStatus;
  durationSeconds: number;
  round: number;
  at: Instant;
};

export type IncidentEventBody =
  | {
      type: "incident-opened";
      title: string;
      severity: ItemSeverity;
      severityReason: string;
      category: Category;
      environment: string;
      entityIds: EntityId[];
      itemId: string;
      /** Alerts and detections fire and resolve; a question or event only asks. Absent in old events: an alert. */
      itemKind?: IncomingItem["kind"];
      /** Of the alert, to know it again when it comes back. Absent in old events. */
      fingerprint?: string;
      /** When the item says it began. */
      startsAt?: Instant;
      reason: string;
      exitCondition: ExitCondition;
    }
  | {
      type: "item-joined";
      itemId: string;
      title: string;
      entityIds: EntityId[];
      severity: ItemSeverity;
      itemKind?: IncomingItem["kind"];
      fingerprint?: string;
      startsAt?: Instant;
      reason: string;
    }
  | { type: "item-resolved"; itemId: string; title: string; resolvedAt: Instant; reason?: string }
  | { type: "item-fired-again"; itemId: string; title: string; at: Instant }
  /** What an alert names was not known when it came (the estate was not read yet), and is now. */
  | { type: "items-recognized"; items: { itemId: string; title: string; entityIds: EntityId[] }[] }
  /** A person says that it is not part of this. `toIncidentId` null: it is no trouble at all. */
  | {
      type: "item-split-off";
      itemId: string;
      fingerprint: string;
      toIncidentId: string | null;
      person: string;
      reason: string;
    }
  /** A person says that it is part of this. Where it was not so far, it joins next. */
  | { type: "item-placed"; itemId: string; fingerprint: string; person: string; reason: string }
  | { type: "severity-changed"; from: ItemSeverity; to: ItemSeverity; reason: string }
  /** Fixes what an investigation looks at, so that going on after a crash asks the same questions. */
  | {
      type: "investigation-started";
      startedAt: Instant;
      graphObservationId: ObservationId | null;
      /** Who was seen to answer the routes that items name. Absent: nobody, or none is named. */
      servers?: Server[];
      /** Of the servers, where the incident knew of none. */
      environment?: string;
    }
  /** The steps of one round, committed at once with what it saw: a committed round is never observed again. */
  | { type: "round-completed"; round: number; steps: Step[]; isLast: boolean }
  | { type: "answer-concluded"; answer: Answer }
  | { type: "answer-went-stale"; reason: string }
  | { type: "plan-proposed"; plan: Plan; alternatives: string[] }
  | { type: "no-safe-action"; sentence: string; tellWhom: string | null }
  | { type: "ruling-given"; planId: string; ruling: Ruling }
  | { type: "approval-requested"; planId: string; planDigest: string; expiresAt: Instant }
  | { type: "approval-given"; approval: Approval }
  | { type: "plan-withdrawn"; planId: string; reason: string }
  | { type: "execution-started"; planId: string; idempotencyKey: string }
  | { type: "execution-finished"; outcome: Outcome }
  | { type: "verification-looked"; verification: Verification }
  /** A person wants the captured state back, whatever the measurements say. */
  | { type: "undo-requested"; planId: string; person: string; why: string | null }
  | { type: "undo-started"; planId: string; idempotencyKey: string; reason: string }
  | { type: "undo-finished"; outcome: Outcome }
  | { type: "escalated"; reason: string; messageKey: string }
  | { type: "message-sent"; messageKey: string; channel: string; fate: "sent" | "failed" | "unknown"; sentence: string }
  | { type: "taken-over"; person: string }
  | { type: "handed-back"; person: string }
  | { type: "cause-rejected"; hypothesisId: string; person: string; why: string | null }
  | { type: "context-added"; person: string; text: string }
  /** The one question, answered. `hypothesisId`: the suspect it was about. */
  | { type: "question-answered"; question: string; hypothesisId: string; word: PersonsWord["word"]; person: string }
  | { type: "signals-recovered"; sentence: string }
  /** Nobody uses it any more: silence is not health. */
  | { type: "traffic-stopped"; sentence: string }
  /** Tried again later, a person told after the third time; the problem is for people, without secrets. */
  | { type: "activity-failed"; activity: string; problem: string }
  | { type: "report-written"; markdown: string }
  /** It turned out to be the same matter as another incident, which has its alerts from here on. */
  | { type: "merged-into"; incidentId: string; reason: string }
  | { type: "incident-closed"; reason: string };

/** One line of the truth. `version` is of the body's shape; readers upgrade old versions, never rewrite them. */
export type IncidentEvent = {
  incidentId: string;
  /** 1, 2, 3 … without gaps. */
  sequence: number;
  version: number;
  at: Instant;
  actor: Actor;
  /** The activity that wrote it; a repeat of that activity finds its own events and stops. */
  activityId: string | null;
  body: IncidentEventBody;
};

export const eventVersion = 1;
