import type { EntityId } from "./entity.ts";
import type { ObservationId } from "./observation.ts";
import type { Predicate } from "./predicate.ts";
import type { Instant, Window } from "./window.ts";

/** With the target that each is addressed to and the parameters that it takes. */
export const actionKinds = [
  "roll-back-release", // target: workload; { version }: one that ran before
  "set-flag", // target: the flag's key; { value }
  "revert-configuration", // target: workload; { key, value }: value null takes the key away
  "restart-instance", // target: workload; { instance }
  "scale-replicas", // target: workload; { replicas }
  "raise-limit", // target: workload; { memoryBytes?, cpuCores? }
  "pause-schedule", // target: the schedule's name; { paused }
] as const;
export type ActionKind = (typeof actionKinds)[number];

/** One typed change of one target. Parameters are checked by the kind's own schema. */
export type Action = {
  kind: ActionKind;
  /** The connection that can do it, e.g. `platform/lab`. */
  connection: string;
  entityId: EntityId;
  /** The platform's own name of what is changed. */
  target: string;
  environment: string;
  parameters: Record<string, string | number | boolean | null>;
};

/** Every line of what will be different; values of secret keys never appear. */
export type Difference = { path: string; before: string | null; after: string | null }[];

export type Plan = {
  id: string;
  /** SHA-256 of canonical JSON of everything below but `id`: what an approval is bound to. */
  digest: string;
  hypothesisId: string;
  action: Action;
  title: string;
  difference: Difference;
  /** The action that brings the captured state back. Null: there is none, so only a person may do it. */
  inverse: Action | null;
  inverseSentence: string;
  /** Revision of the target when the plan was made: changed since means the plan is void. */
  preconditions: { revision: string; sentence: string; predicate: Predicate | null }[];
  blastRadius: { sentence: string; entityIds: EntityId[]; instances: number };
  risk: { level: "low" | "medium" | "high"; sentence: string };
  expectedEffect: { sentence: string; withinSeconds: number };
  verification: VerificationPlan;
  /** What to do when nobody can see whether it helped; declared by the action kind. */
  whenBlind: "hold" | "undo" | "page";
  /** What to do with a change that changed nothing. Keep: the state before it is itself suspect. */
  whenUnchanged: "undo" | "keep";
  /** True when the state before is what the hypothesis blames: nothing puts that back without a measured reason. */
  isStateBeforeSuspect: boolean;
  evidenceDigest: string;
  observationIds: ObservationId[];
  proposedAt: Instant;
  expiresAt: Instant;
};

/** Written before the fix runs, so that nobody can choose the measure afterwards. */
export type VerificationPlan = {
  signals: {
    entityId: EntityId;
    concept: string;
    statistic: string;
    direction: "up" | "down";
    minimumEffect: number;
    /** Primary: what it is judged by. Cause: what the cause was seen by. Guard: what must not become worse. */
    role: "primary" | "cause" | "guard";
  }[];
  before: Window;
  horizonSeconds: number;
  holdSeconds: number;
};

export type Ruling = {
  kind: "allow" | "ask" | "deny";
  why: string;
  /** Each rule that did not abstain, with what it said. */
  reasons: { ruleId: string; kind: "allow" | "ask" | "deny"; why: string }[];
  policyVersion: string;
  ruledAt: Instant;
};

export type Approval = {
  planId: string;
  /** The digest that the person saw; any drift voids the approval. */
  planDigest: string;
  answer: "approved" | "denied" | "timed-out";
  person: string;
  why: string | null;
  via: "page" | "cli" | "api" | "chat";
  at: Instant;
};

export type Outcome = {
  planId: string;
  /** `unknown`: it may or may not have taken effect; never tried again. */
  result: "done" | "failed" | "refused" | "unknown";
  /** `undo` actions have outcomes too. */
  isUndo: boolean;
  why: string;
  before: unknown;
  after: unknown;
  revision: string | null;
  idempotencyKey: string;
  startedAt: Instant;
  finishedAt: Instant;
};

export type Verification = {
  planId: string;
  result:
    | "recovered"
    | "recovered-unproven"
    | "recovered-with-everyone"
    | "unchanged"
    | "worse"
    | "no-data"
    | "too-early";
  sentence: string;
  /** The number behind the words, and what it does not prove. */
  details: {
    entityId: EntityId;
    concept: string;
    before: number | null;
    after: number | null;
    usual: number | null;
    unit: string;
    effect: number | null;
    interval: [number, number] | null;
    samples: number;
  }[];
  doesNotProve: string;
  /** What the cause was seen by is as usual again, whatever became of its victims. Absent: not seen, or not so. */
  isCauseGone?: true;
  observationIds: ObservationId[];
  lookedAt: Instant;
  nextLookAt: Instant | null;
};
