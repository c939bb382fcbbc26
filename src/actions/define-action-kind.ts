import type { z } from "zod";
import type { Answer, Hypothesis } from "../core/answer.ts";
import type { EntityKind } from "../core/entity.ts";
import type { Action, ActionKind, Difference, Plan } from "../core/plan.ts";
import type { Instant } from "../core/window.ts";
import type { Change, Workload } from "../core/workload.ts";

/** What proposing looks at. Workloads are read afresh; changes reach back far enough to hold the trigger. */
export type Situation = {
  hypothesis: Hypothesis;
  answer: Answer;
  /** Of the cause's entity. Undefined: no platform knows it. */
  workload: Workload | undefined;
  /** Of everything in scope: the trigger may be elsewhere. */
  workloads: Workload[];
  changes: Change[];
  /** The change that set it off, when the hypothesis names one that is still among `changes`. */
  trigger: Change | undefined;
  /** What the cause's entity is. */
  entityKind: EntityKind | null;
  environment: string;
  now: Instant;
};

/** A concrete action on a workload as it was read, or why this kind has nothing to offer here. */
export type Fit = { kind: "fits"; action: Action; workload: Workload; title: string } | { kind: "unfit"; why: string };

/** One kind of change that midwatch can carry out. Says everything about it that is not the platform's business. */
export type ActionKindDefinition = {
  id: ActionKind;
  parameters: z.ZodType<Record<string, string | number | boolean | null | undefined>>;
  /** When it fits: from cause and trigger to one action. */
  propose(situation: Situation): Fit;
  /** Revision of what is changed, for compare-and-set. Undefined: the workload does not have it (any more). */
  revisionOf(action: Action, workload: Workload): string | undefined;
  /** Why it must not run on the workload as it is now. Empty: nothing speaks against it. Asked again before running. */
  obstacles(action: Action, workload: Workload): string[];
  difference(action: Action, workload: Workload): Difference;
  /** The action that brings the state of `before` back. Null: nothing does. */
  inverse(action: Action, before: Workload): { action: Action; sentence: string } | null;
  /** How many instances stop or start because of it, at once. */
  instancesAtOnce(action: Action, workload: Workload): number;
  risk(action: Action, workload: Workload): Plan["risk"];
  expectedEffect: Plan["expectedEffect"];
  /** What to do when nobody can see whether it helped. */
  whenBlind: Plan["whenBlind"];
  whenUnchanged: Plan["whenUnchanged"];
  /** The state before is what the hypothesis blames. */
  isStateBeforeSuspect: boolean;
};

export function defineActionKind(definition: ActionKindDefinition): ActionKindDefinition {
  return definition;
}

export const unfit = (why: string): Fit => ({ kind: "unfit", why });

export function fits(
  kind: ActionKind,
  workload: Workload,
  situation: Situation,
  details: { title: string; target?: string; parameters: Action["parameters"] },
): Fit {
  const { title, target, parameters } = details;
  const { connection, entityId } = workload;
  const action = {
    kind,
    connection,
    entityId,
    target: target ?? workload.target,
    environment: situation.environment,
    parameters,
  };
  return { kind: "fits", action, workload, title };
}

/** Where the trigger was: its workload first, else that of the cause. */
export function workloadOfTrigger({ trigger, workloads, workload }: Situation): Workload | undefined {
  return workloads.find(({ entityId }) => trigger?.entityIds.includes(entityId)) ?? workload;
}

export function shown(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === "string" ? value : JSON.stringify(value);
}
