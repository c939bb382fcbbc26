import type { Answer } from "../core/answer.ts";
import { digestOf } from "../core/canonical-json.ts";
import type { DryRun } from "../core/capability.ts";
import type { ObservationId } from "../core/observation.ts";
import type { Plan } from "../core/plan.ts";
import type { Symptom } from "../core/scope.ts";
import type { Instant, Window } from "../core/window.ts";
import type { Proposal } from "./propose.ts";
import { verificationSignals } from "./verification-signals.ts";

type PlanInput = {
  id: string;
  proposal: Extract<Proposal, { kind: "action" }>;
  answer: Answer;
  symptoms: Symptom[];
  /** What the hand said it would do. Null: the hand could not be asked; the difference is then from what was read. */
  dryRun: Extract<DryRun, { kind: "possible" }> | null;
  nameOf: (entityId: string) => string;
  observationIds: ObservationId[];
  before: Window;
  horizonSeconds: number;
  holdSeconds: number;
  now: Instant;
  expiresAt: Instant;
};

/** Everything that a person has to see before saying yes, and that the yes is then bound to. */
export function makePlan(input: PlanInput): Plan {
  const { proposal, answer, dryRun, nameOf } = input;
  const { definition, action, workload, hypothesis } = proposal;
  const inverse = definition.inverse(action, workload);
  const revision = dryRun?.revision ?? definition.revisionOf(action, workload) ?? "";
  const hurt = answer.blastRadius
    .filter(({ role }) => role === "path" || role === "victim")
    .map(({ entityId }) => entityId);
  const instances = definition.instancesAtOnce(action, workload);
  const touched = workload.instances.length;
  const content: Omit<Plan, "id" | "digest"> = {
    hypothesisId: hypothesis.id,
    action,
    title: proposal.title,
    difference: dryRun?.difference ?? definition.difference(action, workload),
    inverse: inverse?.action ?? null,
    inverseSentence: inverse?.sentence ?? "This cannot be undone.",
    preconditions: [
      { revision, sentence: `${action.target} is still as it was read (revision ${revision})`, predicate: null },
    ],
    blastRadius: {
      sentence: blastSentence(workload.target, instances, touched, hurt.map(nameOf)),
      entityIds: [...new Set([action.entityId, ...hurt])],
      instances,
    },
    risk: definition.risk(action, workload),
    expectedEffect: definition.expectedEffect,
    verification: {
      signals: verificationSignals(answer, input.symptoms, action.entityId),
      before: input.before,
      horizonSeconds: input.horizonSeconds,
      holdSeconds: input.holdSeconds,
    },
    whenBlind: inverse === null && definition.whenBlind === "undo" ? "page" : definition.whenBlind,
    whenUnchanged: inverse === null ? "keep" : definition.whenUnchanged,
    isStateBeforeSuspect: definition.isStateBeforeSuspect,
    evidenceDigest: digestOf(
      answer.claims.map(({ id, predicate, observationIds }) => ({ id, predicate, observationIds })),
    ),
    observationIds: input.observationIds,
    proposedAt: input.now,
    expiresAt: input.expiresAt,
  };
  return { id: input.id, digest: planDigest(content), ...content };
}

/** SHA-256 over everything but `id` and `digest`. The hand computes it again and refuses what does not agree. */
export function planDigest(plan: Omit<Plan, "id" | "digest"> & Partial<Pick<Plan, "id" | "digest">>): string {
  const { id: _id, digest: _digest, ...content } = plan;
  return digestOf(content);
}

function blastSentence(target: string, instances: number, touched: number, hurt: string[]): string {
  const own =
    instances === 0 ? `No instance of ${target} restarts` : `${instances} of ${touched} instances of ${target} at once`;
  return hurt.length === 0 ? `${own}.` : `${own}; behind it ${hurt.slice(0, 5).join(", ")}.`;
}
