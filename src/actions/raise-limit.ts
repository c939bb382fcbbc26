import { z } from "zod";
import type { FaultClass } from "../core/fault.ts";
import type { Action, Difference } from "../core/plan.ts";
import type { Workload } from "../core/workload.ts";
import { defineActionKind, fits, type Situation, shown, unfit } from "./define-action-kind.ts";

const needsMemory: FaultClass[] = ["memory-limit-too-low", "cache-too-small"];
const needsProcessor: FaultClass[] = ["cpu-limit-too-low"];
/** Counted from what a person last set; policy holds the same bound. */
const factor = 1.5;

/** A higher limit: what it was before, as far as that is at most half more than what a person last set. */
export const raiseLimit = defineActionKind({
  id: "raise-limit",
  parameters: z.strictObject({
    memoryBytes: z.number().positive().optional(),
    cpuCores: z.number().positive().optional(),
  }),
  propose(situation) {
    const { hypothesis, workload } = situation;
    const { faultClass } = hypothesis;
    if (!workload) return unfit("no platform knows the limit");
    const { limits, target } = workload;
    if (needsMemory.includes(faultClass) || isTriggeredBy(situation, "memoryBytes")) {
      const to = raised(limits.memoryBytes, limits.declaredMemoryBytes, before(situation, "memoryBytes"));
      if (to === null) return unfit(`the memory limit of ${target} is as high as it may go`);
      const memoryBytes = Math.floor(to);
      const title = `Raise the memory limit of ${target} from ${megabytes(limits.memoryBytes)} to ${megabytes(memoryBytes)}`;
      return fits("raise-limit", workload, situation, { title, parameters: { memoryBytes } });
    }
    if (needsProcessor.includes(faultClass) || isTriggeredBy(situation, "cpuCores")) {
      // The platform tells no declared processor limit: the present one is the last that anybody set.
      const cpuCores = raised(limits.cpuCores, limits.cpuCores, before(situation, "cpuCores"));
      if (cpuCores === null) return unfit(`the processor limit of ${target} is as high as it may go`);
      const title = `Raise the processor limit of ${target} from ${limits.cpuCores} to ${cpuCores}`;
      return fits("raise-limit", workload, situation, { title, parameters: { cpuCores } });
    }
    return unfit("no limit is the cause");
  },
  revisionOf: (_action, workload) => workload.revision,
  obstacles({ parameters }, { limits }) {
    const isSame = (Object.keys(parameters) as Limit[]).every((key) => limits[key] === parameters[key]);
    return isSame ? ["the limit is set already"] : [];
  },
  difference: ({ target, parameters }, { limits }) =>
    (Object.keys(parameters) as Limit[]).map((key) => ({
      path: `${target}.limits.${key}`,
      before: shown(limits[key]),
      after: shown(parameters[key]),
    })) satisfies Difference,
  inverse(action: Action, before: Workload) {
    const keys = Object.keys(action.parameters) as Limit[];
    const former = Object.fromEntries(keys.map((key) => [key, before.limits[key]]));
    if (keys.some((key) => before.limits[key] === null)) return null;
    const sentence = `Sets the limit to ${keys.map((key) => (key === "memoryBytes" ? megabytes(before.limits[key]) : before.limits[key])).join(", ")} again.`;
    return { action: { ...action, parameters: former }, sentence };
  },
  instancesAtOnce: (_action, workload) => workload.replicas.desired,
  risk: () => ({ level: "low", sentence: "The host must have that much to spare; instances may restart for it." }),
  expectedEffect: { sentence: "Instances stay up under the same load.", withinSeconds: 120 },
  whenBlind: "hold",
  whenUnchanged: "undo",
  isStateBeforeSuspect: false,
});

type Limit = "memoryBytes" | "cpuCores";

function isTriggeredBy(situation: Situation, limit: Limit): boolean {
  const former = before(situation, limit);
  const present = situation.workload?.limits[limit] ?? null;
  return former !== null && present !== null && former > present;
}

/** What the limit was before somebody changed it. Null: nobody did, or nobody knows. */
function before({ trigger }: Situation, limit: Limit): number | null {
  if (trigger?.kind !== "limits" || typeof trigger.before !== "object" || trigger.before === null) return null;
  const value = (trigger.before as Record<string, unknown>)[limit];
  return typeof value === "number" ? value : null;
}

function raised(present: number | null, declared: number | null, former: number | null): number | null {
  if (present === null || declared === null) return null;
  const to = Math.min(former !== null && former > present ? former : present * factor, declared * factor);
  return to > present ? to : null;
}

function megabytes(bytes: number | null): string {
  return bytes === null ? "none" : `${Math.round(bytes / 1e6)} MB`;
}
