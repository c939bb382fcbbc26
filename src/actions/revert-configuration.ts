import { z } from "zod";
import { isRedacted } from "../core/redacted.ts";
import { defineActionKind, fits, shown, unfit, workloadOfTrigger } from "./define-action-kind.ts";

/** Gives one key of a workload's configuration the value that it had before. Never touches other keys. */
export const revertConfiguration = defineActionKind({
  id: "revert-configuration",
  parameters: z.strictObject({ key: z.string().min(1), value: z.string().nullable() }),
  propose(situation) {
    const { trigger } = situation;
    if (trigger?.kind !== "configuration") return unfit("no configuration set it off");
    if (trigger.key === null) return unfit("the change does not say which key it touched");
    const workload = workloadOfTrigger(situation);
    if (!workload) return unfit("no platform knows the workload whose configuration was changed");
    const value = formerValueOf(trigger.before, trigger.key);
    if (value === undefined || isHidden(value)) return unfit(`nobody knows what ${trigger.key} was before`);
    const present = workload.configuration[trigger.key] ?? null;
    if (present === value) return unfit(`${trigger.key} has its former value again`);
    const title = `Set ${trigger.key} of ${workload.target} back to ${value ?? "nothing"}`;
    return fits("revert-configuration", workload, situation, { title, parameters: { key: trigger.key, value } });
  },
  revisionOf: (_action, workload) => workload.revision,
  obstacles({ parameters }, workload) {
    const present = workload.configuration[String(parameters["key"])] ?? null;
    if (isHidden(present)) return ["it is a secret: a person has to set it"];
    return present === parameters["value"] ? [`${parameters["key"]} has this value already`] : [];
  },
  difference: ({ target, parameters }, workload) => [
    {
      path: `${target}.configuration.${parameters["key"]}`,
      before: workload.configuration[String(parameters["key"])] ?? null,
      after: shown(parameters["value"]),
    },
  ],
  inverse(action, before) {
    const key = String(action.parameters["key"]);
    const value = before.configuration[key] ?? null;
    if (isHidden(value)) return null;
    return {
      action: { ...action, parameters: { key, value } },
      sentence: value === null ? `Takes ${key} away again.` : `Sets ${key} to ${value} again.`,
    };
  },
  instancesAtOnce: (_action, workload) => workload.replicas.desired,
  risk: () => ({ level: "medium", sentence: "The workload reads its configuration anew and may restart for it." }),
  expectedEffect: { sentence: "The symptom ends when all instances have the former value.", withinSeconds: 120 },
  whenBlind: "undo",
  whenUnchanged: "undo",
  isStateBeforeSuspect: false,
});

/** A change says the value itself, or an object with the key. Null: the key was not there. Undefined: not known. */
function formerValueOf(before: unknown, key: string): string | null | undefined {
  if (before === null || before === undefined) return before;
  if (typeof before === "object")
    return key in before ? formerValueOf((before as Record<string, unknown>)[key], key) : null;
  return String(before);
}

/** How the platform API shows values of secret keys, and what midwatch makes of those that it tells nevertheless. */
function isHidden(value: string | null): boolean {
  return value === "(secret)" || isRedacted(value);
}
