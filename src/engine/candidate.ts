import type { Hypothesis } from "../core/answer.ts";
import type { EntityId } from "../core/entity.ts";
import { type FaultClass, faultDefinition } from "../core/fault.ts";
import type { CheckAnswer } from "../core/finding.ts";
import type { Scope } from "../core/scope.ts";
import type { OnsetInterval } from "../core/window.ts";
import type { Change } from "../core/workload.ts";
import { totalCap } from "./evidence-table.ts";
import type { GraphRelations } from "./graph-relations.ts";
import type { VerifiedFinding } from "./verify-findings.ts";

export type Part = { evidence: Hypothesis["parts"][number]["evidence"]; nats: number; key: string | null; why: string };

/** A hypothesis while its parts are being gathered. */
export type Candidate = {
  id: string;
  faultClass: FaultClass;
  entityId: EntityId;
  own: VerifiedFinding[];
  /** Where the trouble is, whatever it is: findings without a class on the same entity. */
  where: VerifiedFinding[];
  /** Nats of its own evidence alone: what it may explain away with. */
  ownStrength: number;
  parts: Part[];
  onset: OnsetInterval | null;
  changeId: string | null;
  changeKeys: string[];
  against: Hypothesis["against"];
  path: EntityId[] | null;
  hasDirectObservation: boolean;
  explainedBy: string | null;
};

export type FusionInput = {
  scope: Scope;
  relations: GraphRelations;
  findings: readonly VerifiedFinding[];
  answers: readonly CheckAnswer[];
  changes: readonly Change[];
};

export function logOddsOf({ parts }: Candidate): number {
  const prior = sum(parts.filter(({ evidence }) => evidence === "prior"));
  const rest = sum(parts.filter(({ evidence }) => evidence !== "prior"));
  return prior + Math.max(-totalCap, Math.min(totalCap, rest));
}

export const sum = (parts: readonly Part[]) => parts.reduce((total, { nats }) => total + nats, 0);

export function part(evidence: Part["evidence"], nats: number, why: string): Part {
  return { evidence, nats, key: null, why };
}

/** Only what set it off is known, not how it hurts. */
export function isTrigger(faultClass: FaultClass): boolean {
  return faultDefinition(faultClass).role === "trigger";
}
