import type { Answer, Hypothesis } from "../core/answer.ts";
import { canonicalJson } from "../core/canonical-json.ts";
import type { EntityKind } from "../core/entity.ts";
import type { FaultClass } from "../core/fault.ts";
import type { Action } from "../core/plan.ts";
import type { Instant } from "../core/window.ts";
import type { Change, Workload } from "../core/workload.ts";
import { adviceFor } from "./advice.ts";
import { allKinds } from "./all-kinds.ts";
import type { ActionKindDefinition, Fit, Situation } from "./define-action-kind.ts";

export type Proposal =
  | {
      kind: "action";
      hypothesis: Hypothesis;
      definition: ActionKindDefinition;
      action: Action;
      /** The action's workload as it was read. */
      workload: Workload;
      title: string;
      /** Other actions that would fit, as titles, best first. */
      alternatives: string[];
    }
  | { kind: "none"; hypothesis: Hypothesis | null; sentence: string };

/** Which classes no change of midwatch's can mend, even where an action would fit by its form. */
const forPeople: FaultClass[] = [
  "certificate-expired",
  "third-party-outage",
  "network-partition",
  "disk-full",
  "missing-index",
  "poison-message",
  "credentials-refused",
  "replication-lag",
];

/**
 * From an answer to one action or to words for a person. Undoing the change that set it off goes before everything else.
 * `excluded`: actions that were tried here and did not help, and hypotheses that a person turned down.
 */
export function propose(input: {
  answer: Answer;
  workloads: Workload[];
  changes: Change[];
  environmentOf: (entityId: string) => string;
  /** Null where nobody knows what it is. */
  kindOf: (entityId: string) => EntityKind | null;
  nameOf: (entityId: string) => string;
  excluded: { actions: Action[]; hypothesisIds: string[] };
  now: Instant;
}): Proposal {
  const { answer, workloads, changes, excluded, now } = input;
  const hypothesis = answer.hypotheses.find(({ id }) => !excluded.hypothesisIds.includes(id));
  if (!hypothesis)
    return { kind: "none", hypothesis: null, sentence: "There is no cause left that something could be done about." };

  const situation: Situation = {
    hypothesis,
    answer,
    workload: workloads.find(({ entityId }) => entityId === hypothesis.entityId),
    workloads,
    changes,
    trigger: changes.find(({ id }) => id === hypothesis.changeId),
    entityKind: input.kindOf(hypothesis.entityId),
    environment: input.environmentOf(hypothesis.entityId),
    now,
  };
  const isForPeople = forPeople.includes(hypothesis.faultClass) && !isReversible(situation.trigger);
  const answers = isForPeople
    ? []
    : allKinds.map((definition) => ({ definition, fit: consider(definition, situation, excluded.actions) }));
  const possible = answers.flatMap(({ definition, fit }) => (fit.kind === "fits" ? [{ definition, ...fit }] : []));
  const [best, ...others] = possible;
  if (!best) {
    const why = isForPeople ? null : whyNothing(answers, situation);
    const sentence = adviceFor(hypothesis.faultClass, input.nameOf(hypothesis.entityId), why);
    return { kind: "none", hypothesis, sentence };
  }
  const environment = input.environmentOf(best.action.entityId);
  const alternatives = others.map(({ title }) => title);
  return { ...best, kind: "action", hypothesis, action: { ...best.action, environment }, alternatives };
}

function consider(definition: ActionKindDefinition, situation: Situation, excluded: Action[]): Fit {
  const fit = definition.propose(situation);
  if (fit.kind === "unfit") return fit;
  if (excluded.some((action) => isSameAction(action, fit.action)))
    return { kind: "unfit", why: "it was tried and did not help" };
  if (!definition.parameters.safeParse(fit.action.parameters).success)
    return { kind: "unfit", why: "its values are not usable" };
  const [obstacle] = definition.obstacles(fit.action, fit.workload);
  return obstacle ? { kind: "unfit", why: obstacle } : fit;
}

/** Kind, target and values; not the revision, which changes by itself. */
export function isSameAction(left: Action, right: Action): boolean {
  const identity = ({ kind, connection, target, parameters }: Action) =>
    canonicalJson({ kind, connection, target, parameters });
  return identity(left) === identity(right);
}

/** Changes that one of the kinds takes back. A migration is not one of them. */
function isReversible(trigger: Change | undefined): boolean {
  return (
    trigger !== undefined && ["deploy", "configuration", "flag", "scale", "limits", "schedule"].includes(trigger.kind)
  );
}

/** The reason of the kind that was meant for it; "no flag set it off" and the like help nobody. */
function whyNothing(answers: { definition: ActionKindDefinition; fit: Fit }[], { trigger }: Situation): string | null {
  const meant: Partial<Record<Change["kind"], ActionKindDefinition["id"]>> = {
    deploy: "roll-back-release",
    configuration: "revert-configuration",
    flag: "set-flag",
    scale: "scale-replicas",
    limits: "raise-limit",
    schedule: "pause-schedule",
  };
  const id = trigger && meant[trigger.kind];
  const unfit = answers.find(({ definition }) => definition.id === id)?.fit;
  if (unfit?.kind === "unfit") return unfit.why;
  const telling = answers.flatMap(({ fit }) =>
    fit.kind === "unfit" && / as high as | was tried | already|twice what| used up within /.test(fit.why)
      ? [fit.why]
      : [],
  );
  return telling[0] ?? null;
}
