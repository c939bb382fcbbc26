import { z } from "zod";
import type { ConceptId } from "../core/concept.ts";
import type { FaultClass } from "../core/fault.ts";
import type { Workload } from "../core/workload.ts";
import { defineActionKind, fits, type Situation, unfit } from "./define-action-kind.ts";

const helpsAgainst: FaultClass[] = ["traffic-surge", "queue-backlog", "cpu-saturation"];
/** Signals of the place where trouble arises, not of those who wait for it. */
const arising: ConceptId[] = ["request.self_time", "request.error_origin_rate"];
/** Signals of a call that tell of the far end, which does not keep up. */
const farEnd: ConceptId[] = ["call.error_ratio", "call.latency"];
/** Counted from what a person last set; policy holds the same bound. */
const factor = 2;

/** More instances, at most twice what a person last set; or back to what was there before somebody took some away. */
export const scaleReplicas = defineActionKind({
  id: "scale-replicas",
  parameters: z.strictObject({ replicas: z.int().min(1) }),
  propose(situation) {
    const { hypothesis, trigger } = situation;
    const workload = hypothesis.faultClass === "traffic-surge" ? narrowest(situation) : situation.workload;
    if (!workload) return unfit("no platform knows what could be scaled");
    const { desired, declared } = workload.replicas;
    const before = trigger?.kind === "scale" ? replicasIn(trigger.before) : Number.NaN;
    if (!helpsAgainst.includes(hypothesis.faultClass) && !(before > desired))
      return unfit("more instances do not mend it");
    const atMost = Math.floor(declared * factor);
    const replicas = Math.min(before > desired ? before : desired * factor, atMost);
    if (replicas <= desired)
      return unfit(`${workload.target} has ${desired} instances, twice what a person set is ${atMost}`);
    const title = `Scale ${workload.target} from ${desired} to ${replicas} instances`;
    return fits("scale-replicas", workload, situation, { title, parameters: { replicas } });
  },
  revisionOf: (_action, workload) => workload.revision,
  obstacles({ parameters }, workload) {
    return workload.replicas.desired === parameters["replicas"] ? [`it has ${parameters["replicas"]} already`] : [];
  },
  difference: ({ target, parameters }, workload) => [
    { path: `${target}.replicas`, before: String(workload.replicas.desired), after: String(parameters["replicas"]) },
  ],
  inverse(action, before) {
    const { desired } = before.replicas;
    return { action: { ...action, parameters: { replicas: desired } }, sentence: `Scales back to ${desired}.` };
  },
  instancesAtOnce: ({ parameters }, workload) => Math.abs(Number(parameters["replicas"]) - workload.replicas.desired),
  risk: () => ({ level: "low", sentence: "More instances need more of what they share: connections, memory, money." }),
  expectedEffect: { sentence: "Latency and errors fall when the new instances take traffic.", withinSeconds: 120 },
  // Capacity does no harm while nobody can see.
  whenBlind: "hold",
  whenUnchanged: "undo",
  isStateBeforeSuspect: false,
});

/**
 * A surge comes in at one place and is too much for another: for that where, by the evidence, time or errors arise. Where
 * the evidence names none that could be scaled, the place it comes in at.
 */
function narrowest({ answer, workload, workloads }: Situation): Workload | undefined {
  const changed = answer.claims.flatMap(({ predicate }) => (predicate.kind === "changed" ? [predicate] : []));
  const hurt = [
    ...changed.filter(({ concept }) => arising.includes(concept)).map(({ entityId }) => entityId),
    ...changed.flatMap(({ concept, where }) => (farEnd.includes(concept) && where.peer ? [where.peer] : [])),
  ];
  return hurt.flatMap((id) => workloads.find(({ entityId }) => entityId === id) ?? [])[0] ?? workload;
}

/** A change says the number itself, or an object that holds it. NaN: it does not say. */
function replicasIn(before: unknown): number {
  if (typeof before === "object" && before !== null && "replicas" in before) return Number(before.replicas);
  return typeof before === "number" ? before : Number.NaN;
}
