import type { ConceptId } from "./concept.ts";
import type { EntityId } from "./entity.ts";
import type { FaultClass } from "./fault.ts";
import type { EvidenceKind } from "./finding.ts";
import type { ObservationId, ObservationStatus } from "./observation.ts";
import type { Predicate, PredicateResult } from "./predicate.ts";
import type { Instant, OnsetInterval } from "./window.ts";

/** A sentence that code has checked on stored observations. */
export type Claim = {
  id: string;
  sentence: string;
  entityId: EntityId;
  evidence: EvidenceKind;
  predicate: Predicate;
  result: PredicateResult;
  observationIds: ObservationId[];
  checkId: string;
  onset: OnsetInterval | null;
  effect: number;
};

/**
 * A sentence that somebody told and that no code could check: evidence as told, never as measured. `measured`: what was
 * seen of the same signal, once it could be.
 */
export type ToldClaim = {
  id: string;
  itemId: string;
  sentence: string;
  /** Null: it names no signal (a status code). */
  concept: ConceptId | null;
  isBeyond: boolean | null;
  measured: {
    sentence: string;
    observationIds: ObservationId[];
    /** `other-measure`: a mean beside a percentile, or the whole beside one operation; told for comparison only. */
    fit: "agrees" | "differs" | "other-measure";
  } | null;
};

/** What weighs on a hypothesis beside evidence of its own: see `engine/fuse-hypotheses.ts`. */
type Consideration = "prior" | "path" | "onset" | "coverage" | "explained" | "explains" | "refuted" | "word";

/** Fault class × entity, with what speaks for and against it. */
export type Hypothesis = {
  /** `<faultClass>@<entityId>`. */
  id: string;
  faultClass: FaultClass;
  entityId: EntityId;
  /** 0 to 1; over all hypotheses, `unknown` and `healthy` it sums to 1. */
  probability: number;
  logOdds: number;
  /** Contribution of each piece of evidence, in nats; the sum before the caps is more than `logOdds`. */
  parts: { evidence: EvidenceKind | Consideration; logLikelihoodRatio: number; claimId: string | null; why: string }[];
  onset: OnsetInterval | null;
  /** What set it off. */
  changeId: string | null;
  claimIds: string[];
  against: { why: string; checkId: string; observationIds: ObservationId[] }[];
  /** A direct observation on the entity itself; without one the word "cause" is not available. */
  hasDirectObservation: boolean;
  /** From here to a symptom, along edges; empty when the entity has the symptom itself. Null: no path known. */
  path: EntityId[] | null;
};

export type RuledOut = {
  faultClass: FaultClass | null;
  entityId: EntityId;
  why: string;
  checkId: string;
  observationIds: ObservationId[];
};

/** What was looked at, what was empty, and what could not be seen. */
export type SightLedger = {
  counts: Record<ObservationStatus, number>;
  /** One line a gap, merged over checks that met it. */
  gaps: {
    entityId: EntityId | null;
    what: string;
    source: string | null;
    status: Exclude<ObservationStatus, "data" | "partial">;
    why: string;
    wayOut: string | null;
    /** Suspects that live only because of this gap. */
    keepsOpen: { faultClass: FaultClass; entityId: EntityId }[];
  }[];
};

/** The observation, or the thing that only a person knows, whose answer would split the open hypotheses best. */
export type OpenQuestion = {
  sentence: string;
  whoCanTell: "a-person" | "a-source";
  /** Expected fall of entropy, in bits. */
  expectedGainBits: number;
  /** `probabilityAfter`: of all suspects that the question is about. Empty: the answer is a name, not a yes or no. */
  answers: { label: string; hypothesisId: string | null; probabilityAfter: number }[];
};

export type Answer = {
  /** `cause`: one hypothesis carries it. `leads`: several remain. `unknown` and `healthy` are answers as well. */
  verdict: "cause" | "leads" | "unknown" | "healthy";
  headline: string;
  impact: Impact;
  /** Sorted by probability; the first is the cause when the verdict says so. */
  hypotheses: Hypothesis[];
  unknownProbability: number;
  healthyProbability: number;
  /** Hypotheses that carry part of it beside the cause. */
  contributingIds: string[];
  ruledOut: RuledOut[];
  claims: Claim[];
  /** What was told, in order of the words. Absent in answers of older versions. */
  told?: ToldClaim[];
  sight: SightLedger;
  question: OpenQuestion | null;
  onset: OnsetInterval | null;
  /** Nobody could measure when it began: the onset is what was told. Absent: it was measured. */
  isOnsetTold?: boolean;
  /** Everything hurt, with how it is connected to the cause. */
  blastRadius: { entityId: EntityId; role: "cause" | "path" | "victim" | "usual"; sentence: string | null }[];
  rounds: number;
  observationIds: ObservationId[];
  /** What was not asked, and why: budget, time, a person. */
  cutOff: { what: string; why: "seconds" | "calls" | "person" | "rounds" }[];
  engineVersion: string;
  /** Where probabilities were fitted: until there are 30 local labels this is said beside them. */
  calibration: { name: string; labels: number };
  concludedAt: Instant;
};

export type Impact = {
  sentence: string;
  /** Of requests at the symptom, 0 to 1; null where nobody could see. */
  failingRatio: number | null;
  usualFailingRatio: number | null;
  latencySeconds: number | null;
  usualLatencySeconds: number | null;
  since: Instant | null;
  /** It hurt, and does not any more. Absent in answers of older versions. */
  isOver?: boolean;
};

/** Below this the verdict is `leads` or `unknown`: UX's "probably" begins at .7, "perhaps" at .4. */
const probabilityWords = [
  { atLeast: 0.9, word: "almost certainly" },
  { atLeast: 0.7, word: "probably" },
  { atLeast: 0.4, word: "perhaps" },
  { atLeast: 0, word: "one of several" },
] as const;

export function probabilityWord(probability: number): string {
  return probabilityWords.find(({ atLeast }) => probability >= atLeast)?.word ?? "one of several";
}
