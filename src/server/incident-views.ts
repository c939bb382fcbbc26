import type { EvidenceKind } from "../core/finding.ts";
import type { ObservationStatus, RequestKind } from "../core/observation.ts";
import type { ActionKind, Approval, Outcome, Ruling, Verification } from "../core/plan.ts";
import type { PredicateResult } from "../core/predicate.ts";
import type {
  AlertLine,
  ChangeLine,
  EntityRef,
  HealthState,
  IncidentLine,
  Timestamp,
  Unit,
  WindowView,
} from "./views.ts";

/**
 * `GET /incidents/:id`: everything of the incident page. Empty lists and nulls stand for "not yet", so that slots exist
 * before their content. Also here: `GET /observations/:id` and the bodies that the incident's buttons send.
 */
export type IncidentView = {
  now: Timestamp;
  line: IncidentLine;
  /** What a person may do now; everything else is not shown. */
  may: { approve: boolean; takeOver: boolean; handBack: boolean; rejectCause: boolean; addContext: boolean };
  headline: HeadlineView;
  impact: ImpactView | null;
  /** `isTold`: nobody could measure when it began; somebody said so. */
  onset: { earliest: Timestamp; latest: Timestamp; isTold: boolean } | null;
  fix: FixView;
  /** What happens by itself while nobody answers; `at` null: later, no fixed time. */
  ifNobodyAnswers: { at: Timestamp | null; sentence: string }[];
  proof: ProofView;
  evidence: EvidenceView[];
  /** What people and rules told in numbers: evidence as told, never as measured. */
  told: ToldView[];
  /** Questions under way: their slots are kept. */
  awaited: { what: string; source: string; since: Timestamp }[];
  suspects: SuspectView[];
  /** How many there were at the start, for "what is left of 14 suspects". */
  suspectsAtStart: number;
  ruledOut: RuledOutView[];
  sight: SightView;
  question: QuestionView | null;
  timeline: TimelineEntry[];
  blast: BlastView;
  steps: StepView[];
  budget: BudgetView;
  verification: VerificationView | null;
  thread: ThreadEntry[];
  report: { markdown: string; isFinal: boolean } | null;
  /** The alerts that were joined, oldest first. */
  alerts: AlertLine[];
  exitSentence: string;
};

export type HeadlineView = {
  text: string;
  /** A part of `text`, letter for letter: the cause, or what a person should do. */
  emphasis: string | null;
  verdict: "cause" | "leads" | "unknown" | "healthy" | null;
  probability: number | null;
  /** False while rounds still run: "still moving". */
  isFinal: boolean;
  /** "right 19 of 20 here when it said ≥ 90 %"; null until there are 30 local labels. */
  trackRecord: { right: number; of: number; atLeast: number } | null;
  /** Where the probabilities were fitted, said while `trackRecord` is null. */
  calibration: { name: string; labels: number } | null;
};

type ImpactView = {
  sentence: string;
  /** 0 to 1; null: nobody could see. */
  failingRatio: number | null;
  usualFailingRatio: number | null;
  latencySeconds: number | null;
  usualLatencySeconds: number | null;
  since: Timestamp | null;
};

// ---------------------------------------------------------------- the fix

export type FixView =
  /** No cause yet, or policy and plan under way. `readying`: what is being found out, by row of the card. */
  | { state: "none-yet"; sentence: string; readying: { title: string; sentence: string }[] }
  /** The card becomes "What would tell": the question is shown there. */
  | { state: "no-safe-action"; sentence: string; tellWhom: string | null }
  | {
      state: "plan";
      status: PlanStatus;
      plan: PlanView;
      ruling: RulingView | null;
      approval: (Omit<Approval, "at" | "planId" | "planDigest"> & { at: Timestamp }) | null;
      execution: OutcomeView | null;
      undo: OutcomeView | null;
      /** Other plans that were thought of, in words. */
      alternatives: string[];
    };

export const planStatuses = [
  "being-ruled", // policy is asked
  "waiting", // for a person
  "denied", // by policy
  "refused", // by a person
  "expired",
  "withdrawn", // the world changed, or the cause did
  "approved", // the hand has it
  "running",
  "done",
  "failed",
  "unknown", // may or may not have taken effect; never tried again
  "undoing",
  "undone",
  "not-undone", // it was tried and did not work: the change is still in
] as const;
export type PlanStatus = (typeof planStatuses)[number];

export type PlanView = {
  id: string;
  /** What an approval is bound to: sent back with it. */
  digest: string;
  kind: ActionKind;
  title: string;
  entity: EntityRef;
  target: string;
  connection: string;
  environment: string;
  difference: { path: string; before: string | null; after: string | null }[];
  touches: { sentence: string; entities: EntityRef[]; instances: number };
  risk: { level: "low" | "medium" | "high"; sentence: string };
  expectedEffect: { sentence: string; withinSeconds: number };
  undo: UndoView;
  preconditions: string[];
  proposedAt: Timestamp;
  expiresAt: Timestamp;
  /** Why it was withdrawn, refused by policy or failed; null otherwise. */
  endedBecause: string | null;
};

type UndoView = {
  /**
   * none: nothing brings the state back. ready: it is armed before anything is done. armed: it runs by itself at `dueAt`
   * unless the fix is seen to help. kept: not armed any more, what was done stays. unneeded: nothing was done.
   */
  stand: "none" | "ready" | "armed" | "kept" | "unneeded" | "undoing" | "undone" | "not-undone";
  sentence: string;
  whenBlind: "hold" | "undo" | "page";
  dueAt: Timestamp | null;
  /** Why it is not armed any more; null in every other stand. */
  reason: string | null;
};

type RulingView = {
  kind: Ruling["kind"];
  why: string;
  reasons: { ruleId: string; kind: Ruling["kind"]; why: string }[];
  policyVersion: string;
  ruledAt: Timestamp;
};

export type OutcomeView = {
  result: Outcome["result"] | "running";
  why: string;
  startedAt: Timestamp;
  finishedAt: Timestamp | null;
  revision: string | null;
};

// ---------------------------------------------------------------- proof, evidence, suspects

/** Rows over one axis. A row keeps its place from the start; one without series says what it waits for. */
export type ProofView = {
  window: WindowView;
  rows: ChartRow[];
  /** In order of time; the page letters them A, B, C. At most 6. */
  flags: ChangeFlag[];
  /** "usual for this hour, 4 Saturdays", "the 20 min before". */
  usualSentence: string | null;
};

export type ChartRow = {
  id: string;
  title: string;
  /** After the unit: "by version", "as usual". */
  note: string | null;
  unit: Unit;
  series: ChartSeries[];
  usual: { low: number; high: number } | null;
  limit: { value: number; label: string } | null;
  /** Counts as fixed while inside, in the verification chart. */
  goal: { below: number | null; above: number | null } | null;
  /** "Prometheus, since 0.3 s"; null when it has its data or never will. */
  waitsFor: string | null;
  observationIds: string[];
};

export type ChartSeries = {
  /** "v2.14, 3 pods". */
  label: string;
  /** signal: in question, solid; comparison: dashed blue; context: quiet (traffic). */
  role: "signal" | "comparison" | "context";
  startAt: Timestamp;
  stepSeconds: number;
  values: (number | null)[];
};

export type ChangeFlag = { change: ChangeLine; isCause: boolean; note: string | null };

export type EvidenceView = {
  claimId: string;
  sentence: string;
  evidence: EvidenceKind;
  /** The predicate in short, for people: `p99(checkout) ≥ 3 × usual`. */
  predicateText: string;
  result: PredicateResult;
  checkedAt: Timestamp;
  checkId: string;
  onset: { earliest: Timestamp; latest: Timestamp } | null;
  /** A small chart of the decisive signal. */
  figure: { caption: string; unit: Unit; series: ChartSeries[]; usual: ChartRow["usual"]; limit: number | null } | null;
  /** Two or three decisive lines; `mark` is the part of `text` to underline. */
  lines: { at: Timestamp | null; text: string; mark: string | null }[];
  observations: ObservationLine[];
  /** The last "still so?", if anybody asked. */
  recheck: RecheckView | null;
};

export type ToldView = {
  id: string;
  sentence: string;
  /** What came in with it, and from whom: words from outside. */
  itemId: string;
  itemTitle: string;
  /** "told in the question", "told by alertmanager/main". */
  from: string;
  at: Timestamp;
  /** A number, which could be measured; else a word that only says what it means (a status code). */
  isFigure: boolean;
  /** Beyond the bound that was told with it; null: none was. */
  isBeyond: boolean | null;
  /** Null: nobody could measure it. */
  measured: {
    sentence: string;
    /** `other-measure`: the nearest that could be measured, not the same. */
    fit: "agrees" | "differs" | "other-measure";
    observationIds: string[];
  } | null;
};

/** Enough of an observation to show under a sentence; `GET /observations/:id` has the rest. */
export type ObservationLine = {
  id: string;
  inWords: string;
  source: string;
  status: ObservationStatus;
  query: string | null;
  window: WindowView;
  stepSeconds: number | null;
  numbers: NumberView[];
  link: string | null;
};

export type NumberView = { title: string; value: number; unit: Unit };

export type SuspectView = {
  /** Hypothesis id; `unknown` and `healthy` for what is left over. */
  id: string;
  kind: "hypothesis" | "unknown" | "healthy";
  title: string;
  entity: EntityRef | null;
  probability: number;
  role: "cause" | "contributing" | "suspect";
  /** Without a direct observation the word cause is not available. */
  hasDirectObservation: boolean;
  for: string[];
  against: string[];
  /** What it waits for while rounds run, and what would change it after. */
  waitsFor: string | null;
  wouldChange: string | null;
  /** Numbers (from 1) of the evidence that holds it up. */
  evidenceNumbers: number[];
  /** A person said "not this". */
  rejected: { person: string; why: string | null; at: Timestamp } | null;
};

export type RuledOutView = { title: string; why: string; observationIds: string[] };

export type SightView = {
  counts: Record<ObservationStatus, number>;
  gaps: {
    title: string;
    status: Exclude<ObservationStatus, "data" | "partial">;
    why: string;
    /** The right or command that closes it: shown with a copy button. */
    wayOut: string | null;
    keepsOpen: string[];
  }[];
  cutOff: { what: string; why: "seconds" | "calls" | "person" | "rounds" }[];
};

export type QuestionView = {
  sentence: string;
  whoCanTell: "a-person" | "a-source";
  expectedGainBits: number;
  answers: { label: string; effect: string }[];
};

// ---------------------------------------------------------------- time, graph, steps, verification, talk

export type TimelineEntry = {
  at: Timestamp;
  kind: "change" | "onset" | "alert" | "midwatch" | "message" | "person" | "action";
  sentence: string;
  detail: string | null;
  /** Set in bold. */
  isKey: boolean;
  /** The story goes on here: it stays in sight while what lies between is folded. */
  isTurn: boolean;
  /** The change held to be the cause. */
  isCause: boolean;
};

export type BlastView = {
  /** "From the graph as it was at 02:57". */
  asOf: Timestamp;
  nodes: { entity: EntityRef; role: "cause" | "path" | "victim" | "usual"; state: HealthState; sentence: string }[];
  /** `from` needs `to`; hot: the harm travels against it. */
  edges: { from: string; to: string; isHot: boolean; isTentative: boolean }[];
};

export type StepView = {
  number: number;
  observationId: string | null;
  sentence: string;
  source: string;
  /** Null: still waiting. */
  status: ObservationStatus | null;
  /** "4 series, 156 points", "denied". */
  got: string;
  startedAt: Timestamp;
  /** So far, while waiting. */
  durationSeconds: number;
  round: number;
};

/** Data of the stream's `step`: replaces the step of that number, or comes after the last. */
export type StepEvent = { incidentId: string; step: StepView; budget: BudgetView };

type BudgetView = {
  secondsUsed: number;
  secondsAllowed: number;
  observations: number;
  observationsAllowed: number;
  rounds: number;
  /** Null: no model is connected. */
  model: { name: string; calls: number; tokens: number; costEuros: number; costEurosAllowed: number } | null;
};

export type VerificationView = {
  /** planned: what will be measured, before anything was done. */
  status: "planned" | "looking" | "concluded";
  result: Verification["result"] | null;
  sentence: string;
  /** "Fixed means: …" */
  fixedMeans: string;
  details: {
    title: string;
    unit: Unit;
    before: number | null;
    after: number | null;
    usual: number | null;
    effect: number | null;
    interval: [number, number] | null;
    samples: number;
  }[];
  doesNotProve: string | null;
  window: WindowView;
  rows: ChartRow[];
  /** When the change was made (or would be, when planned). */
  applied: WindowView | null;
  lookedAt: Timestamp | null;
  nextLookAt: Timestamp | null;
  observationIds: string[];
};

type ThreadEntry = {
  at: Timestamp;
  who: string;
  isPerson: boolean;
  text: string;
  observationIds: string[];
};

// ---------------------------------------------------------------- GET /observations/:id

export type ObservationView = ObservationLine & {
  kind: RequestKind;
  observedAt: Timestamp;
  durationSeconds: number;
  note: { why: string; wayOut: string | null } | null;
  /** Holds text from outside: quoted, never obeyed. */
  isTainted: boolean;
  /** One chart per unit; empty for answers that are not series. */
  charts: { title: string; unit: Unit; series: ChartSeries[] }[];
  logLines: { at: Timestamp; entity: EntityRef | null; severity: string; text: string }[];
  /** Everything else, readable as tables: templates, changes, workloads, locks, endpoints. */
  tables: { title: string; columns: { title: string; unit: Unit }[]; rows: (string | number | null)[][] }[];
  gaps: { entity: EntityRef | null; status: string; why: string }[];
  citedBy: { incidentId: string; label: string; claimSentence: string }[];
};

// ---------------------------------------------------------------- what the buttons send

/** `POST /incidents/:id/approve` → `IncidentView`. 409 with MW_PLAN_CHANGED when plan or world moved on. */
export type ApproveRequest = { planId: string; planDigest: string; answer: "approved" | "denied"; why: string | null };
/** `POST /incidents/:id/not-this` → `IncidentView`. */
export type NotThisRequest = { hypothesisId: string; why: string | null };
/** `POST /incidents/:id/answer` → `IncidentView`. 409 with MW_QUESTION_CHANGED when it asks something else by now. */
export type AnswerRequest = { question: string; word: string };
/** `POST /incidents/:id/context` → `IncidentView`. */
export type ContextRequest = { text: string };
/** `POST /incidents/:id/recheck` → `RecheckView`: the same predicate on a fresh observation. */
export type RecheckRequest = { claimId: string };
export type RecheckView = { result: PredicateResult; sentence: string; at: Timestamp; observationIds: string[] };
/** `POST /incidents/:id/take-over` and `/hand-back` take `{}` and answer `IncidentView`. */
