import { z } from "zod";
import type { Action } from "../core/plan.ts";
import type { Change, Workload } from "../core/workload.ts";
import { defineActionKind, fits, type Situation, shown, unfit } from "./define-action-kind.ts";

/** Sets a flag to the value that it had before somebody changed it: off or on, or a share. */
export const setFlag = defineActionKind({
  id: "set-flag",
  parameters: z.strictObject({ value: z.union([z.boolean(), z.number(), z.string()]) }),
  propose(situation) {
    const change = changeOfFlag(situation);
    if (!change || change.key === null) return unfit("no flag set it off");
    const workload = situation.workloads.find(({ flags }) => flags.some(({ key }) => key === change.key));
    const flag = workload?.flags.find(({ key }) => key === change.key);
    if (!workload || !flag) return unfit(`no platform knows the flag ${change.key}`);
    const value = valueBefore(change, flag.value);
    if (value === undefined) return unfit(`nobody knows what ${change.key} was before`);
    if (value === flag.value) return unfit(`${change.key} is ${shown(value)} again`);
    const title = `Set flag ${flag.key} back from ${shown(flag.value)} to ${shown(value)}`;
    return fits("set-flag", workload, situation, { title, target: flag.key, parameters: { value } });
  },
  revisionOf: ({ target }, workload) => flagOf(target, workload)?.revision,
  obstacles({ target, parameters }, workload) {
    const flag = flagOf(target, workload);
    if (!flag) return [`there is no flag ${target}`];
    if (flag.value === parameters["value"]) return [`${target} is ${shown(flag.value)} already`];
    return typeof flag.value === typeof parameters["value"] ? [] : [`${target} takes another type of value`];
  },
  difference: ({ target, parameters }, workload) => [
    { path: `flags.${target}`, before: shown(flagOf(target, workload)?.value), after: shown(parameters["value"]) },
  ],
  inverse(action, before) {
    const flag = flagOf(action.target, before);
    if (!flag) return null;
    return {
      action: { ...action, parameters: { value: flag.value } },
      sentence: `Sets ${flag.key} to ${shown(flag.value)} again.`,
    };
  },
  instancesAtOnce: () => 0,
  risk: () => ({ level: "low", sentence: "Takes effect at once and can be set back at once; nothing restarts." }),
  expectedEffect: { sentence: "The symptom ends as soon as the flag is read again.", withinSeconds: 60 },
  whenBlind: "undo",
  whenUnchanged: "undo",
  isStateBeforeSuspect: false,
});

function flagOf(key: string, workload: Workload): Workload["flags"][number] | undefined {
  return workload.flags.find((flag) => flag.key === key);
}

/** The trigger; for a cause that is a flag or a switched-off cache also the last change of a flag beside it. */
function changeOfFlag({ trigger, hypothesis, changes }: Situation): Change | undefined {
  if (trigger) return trigger.kind === "flag" ? trigger : undefined;
  if (hypothesis.faultClass !== "feature-flag" && hypothesis.faultClass !== "cache-disabled") return undefined;
  const latest = hypothesis.onset?.latest;
  const possible = changes.filter(
    ({ kind, at, entityIds }) =>
      kind === "flag" && entityIds.includes(hypothesis.entityId) && (latest === undefined || at <= latest),
  );
  return possible.reduce<Change | undefined>(
    (last, change) => (!last || change.at > last.at ? change : last),
    undefined,
  );
}

/** A flag of two values needs no record: it is the other one. */
function valueBefore(change: Change, present: Action["parameters"][string]): boolean | number | string | undefined {
  const before = isRecord(change.before) ? change.before["value"] : change.before;
  if (typeof before === "boolean" || typeof before === "number" || typeof before === "string") return before;
  return typeof present === "boolean" ? !present : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
