import { z } from "zod";
import type { FaultClass } from "../core/fault.ts";
import type { Workload, WorkloadInstance } from "../core/workload.ts";
import { defineActionKind, fits, type Situation, unfit } from "./define-action-kind.ts";

/** Causes that a fresh process is free of, for a while at least. */
const helpsAgainst: FaultClass[] = [
  "memory-leak",
  "connection-leak",
  "process-crash",
  "dependency-down",
  "dns-failure",
  "retry-storm",
];
/** What failed is restarted; these are restarted while they run. */
const wornOut: FaultClass[] = ["memory-leak", "connection-leak"];
/** A restart that buys less than this buys nothing: nobody can mend the cause meanwhile, and users are cut off again. */
const leastReliefMilliseconds = 300_000;

/** Restarts one instance. A stopgap: it takes the symptom away, and the evidence with it. */
export const restartInstance = defineActionKind({
  id: "restart-instance",
  parameters: z.strictObject({ instance: z.string().min(1) }),
  propose(situation) {
    const { hypothesis } = situation;
    const workload = hypothesis.faultClass === "retry-storm" ? keptDown(situation) : situation.workload;
    if (!helpsAgainst.includes(hypothesis.faultClass)) return unfit("a restart does not mend it");
    if (!workload) return unfit("no platform knows what could be restarted");
    // Who cannot look a name up is not mended by a restart; the name server may be.
    const isVictim = hypothesis.faultClass === "dns-failure" && situation.entityKind !== "dns";
    if (isVictim) return unfit("the name server is elsewhere");
    const failed = workload.instances.filter(({ state }) => state === "failed" || state === "stopped");
    const running = workload.instances.filter(({ state }) => state === "running");
    const worn = wornOut.includes(hypothesis.faultClass);
    // A name server that runs and answers wrongly has it from elsewhere; without it nobody finds anybody.
    const mayRun = hypothesis.hasDirectObservation && hypothesis.faultClass !== "dns-failure";
    const instance = worn ? oldest(running) : (failed[0] ?? (mayRun ? oldest(running) : undefined));
    if (!instance) return unfit("no instance is known that could be restarted");
    const relief = worn ? reliefOf(situation, instance) : null;
    if (relief !== null && relief < leastReliefMilliseconds)
      return unfit(`what a restart frees was used up within ${Math.max(1, Math.round(relief / 1000))} s the last time`);
    const title = `Restart ${instance.id} of ${workload.target}`;
    return fits("restart-instance", workload, situation, { title, parameters: { instance: instance.id } });
  },
  revisionOf: (_action, workload) => workload.revision,
  obstacles({ parameters }, workload) {
    const instance = instanceOf(parameters["instance"], workload);
    if (!instance) return [`${workload.target} has no instance ${parameters["instance"]} any more`];
    return instance.state === "starting" ? [`${instance.id} is starting`] : [];
  },
  difference: ({ target, parameters }, workload) => [
    {
      path: `${target}.instances.${parameters["instance"]}`,
      before: instanceOf(parameters["instance"], workload)?.state ?? null,
      after: "restarted",
    },
  ],
  inverse: () => null,
  instancesAtOnce: () => 1,
  risk({ parameters }, workload) {
    const instance = instanceOf(parameters["instance"], workload);
    const others = workload.instances.filter(({ id, state }) => id !== instance?.id && state === "running");
    if (others.length > 0) return { level: "low", sentence: "Requests on that instance are cut; the others go on." };
    return instance?.state === "running"
      ? { level: "medium", sentence: "It is the only one that runs: nobody is served until it is up again." }
      : { level: "low", sentence: "No instance runs now: a restart takes nothing away." };
  },
  expectedEffect: { sentence: "The instance works again; what caused it may come back.", withinSeconds: 60 },
  whenBlind: "page",
  whenUnchanged: "keep",
  isStateBeforeSuspect: true,
});

/**
 * Who is asked again and again works for callers that left: a fresh process begins without them. It is named by the calls
 * that the evidence counts.
 */
function keptDown({ hypothesis, answer, workloads }: Situation): Workload | undefined {
  const peers = answer.claims.flatMap(({ id, predicate }) =>
    hypothesis.claimIds.includes(id) && predicate.kind === "changed" ? (predicate.where.peer ?? []) : [],
  );
  return workloads.find(({ entityId }) => peers.includes(entityId));
}

function instanceOf(id: unknown, workload: Workload): WorkloadInstance | undefined {
  return workload.instances.find((instance) => instance.id === id);
}

/** It has gathered most. Undefined where there are none. */
function oldest(instances: WorkloadInstance[]): WorkloadInstance | undefined {
  return instances.reduce<WorkloadInstance | undefined>(
    (first, instance) => (!first || (instance.startedAt ?? 0) < (first.startedAt ?? 0) ? instance : first),
    undefined,
  );
}

/** How long it took, the last time, from a fresh start or the first growth to the first symptom. Null: not known. */
function reliefOf({ hypothesis, answer }: Situation, { startedAt }: WorkloadInstance): number | null {
  const { since } = answer.impact;
  const began = Math.max(startedAt ?? 0, hypothesis.onset?.earliest ?? 0);
  return since === null || began === 0 ? null : Math.max(0, since - began);
}
