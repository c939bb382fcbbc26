import { against, concept, defineCheck, finding, quiet, unknown, workloads } from "../../core/check.ts";
import type { Entity } from "../../core/entity.ts";
import type { Scope } from "../../core/scope.ts";
import type { Workload, WorkloadInstance } from "../../core/workload.ts";
import { predicate } from "../predicate.ts";
import { levelNow, usualLevel } from "../recent.ts";
import { isOutOfMemory, outOfMemoryExits } from "../saturation/exits.ts";
import { lastSeenAt } from "../statistics/series-values.ts";
import { clock } from "../words.ts";
import { fellSilent } from "./graph-levels.ts";

/**
 * Instances that failed, exited or fell silent. Silent on exits for want of memory, which the memory checks tell more
 * closely, and on exits that somebody asked for.
 */
export const processCrash = defineCheck({
  id: "process-crash",
  faultClass: "process-crash",
  appliesTo: ["service", "worker", "database", "cache", "queue", "storage", "dns", "proxy"],
  needs: {
    workload: workloads,
    up: concept("up", { statistic: "min" }), // 1 or 0
    cpu: concept("cpu.usage"), // any process sends it: its end is the process's end
    memory: concept("memory.working_set"),
  },
  thresholds: {
    /** An exit longer before the baseline's end than this belongs to another day. */
    graceSeconds: 30,
  },
  examine({ entity, scope, workload, up, cpu, memory }, { graceSeconds }) {
    const state = workload.items[0];
    if (state) {
      const found = fromState(entity, scope, state, graceSeconds, workload.observationIds);
      if (found) return found;
    }
    const wasUp = usualLevel(up.items[0], scope);
    const isUp = levelNow(up.items[0], scope);
    if (wasUp !== null && isUp !== null && wasUp > 0.9 && isUp < 0.5) {
      return finding({
        entity,
        evidence: "silence",
        effect: 1 - isUp,
        sentence: `${entity.name} does not answer any more when it is asked whether it is up`,
        predicate: predicate.value(entity, "up", "last", "<", 0.5, scope.window),
        observationIds: up.observationIds,
      });
    }
    for (const reading of [cpu, memory]) {
      const [series] = reading.items;
      if (state || reading.items.length === 0 || !reading.items.every((each) => fellSilent(each, scope))) continue;
      const seenAt = series ? (lastSeenAt(series) ?? scope.now) : scope.now;
      return finding({
        entity,
        evidence: "silence",
        effect: 1,
        onset: {
          earliest: seenAt - (series?.stepSeconds ?? 15) * 1000,
          latest: seenAt + (series?.stepSeconds ?? 15) * 1000,
        },
        sentence: `${entity.name} has sent nothing about itself since ${clock(seenAt)}`,
        predicate: predicate.absent(entity, "samples", { from: seenAt, to: scope.now }),
        observationIds: reading.observationIds,
      });
    }
    if (state) return against("every instance runs, and none ended or restarted in this time");
    const seen = [...up.items, ...cpu.items, ...memory.items];
    return seen.length > 0
      ? quiet("it sends samples as usual")
      : unknown(workload.why ?? "neither its state nor any sample of it can be seen");
  },
});

function fromState(
  entity: Entity,
  scope: Scope,
  state: Workload,
  graceSeconds: number,
  observationIds: string[],
): ReturnType<typeof finding> | null {
  const since = scope.baseline.to - graceSeconds * 1000;
  const ended = state.instances
    .map((instance, index) => ({ instance, index }))
    .filter(({ instance }) => isCrash(instance, since))
    .sort((left, right) => (left.instance.lastExit?.at ?? 0) - (right.instance.lastExit?.at ?? 0));
  const missing = state.replicas.desired - state.replicas.ready;
  const oom = outOfMemoryExits(state.instances, since).length > 0;
  const wanted = state.replicas.desired === 0 && state.replicas.declared > 0;
  if (wanted) {
    return finding({
      entity,
      evidence: "state",
      effect: 1,
      sentence: `${entity.name} was scaled to nothing: ${state.replicas.declared} instances were there before`,
      predicate: predicate.field(entity, "replicas.desired", "=", 0),
      observationIds,
    });
  }
  if (missing > 0 && !oom && (ended.length > 0 || state.instances.every(({ state: each }) => each !== "starting"))) {
    const first = ended[0]?.instance.lastExit;
    const how = first ? `; one ended at ${clock(first.at)} ${manner(first)}` : "";
    return finding({
      entity,
      evidence: "state",
      effect: 0.5 + 0.5 * (missing / Math.max(1, state.replicas.desired)),
      onset: first
        ? { earliest: (ended[0]?.instance.restarts ?? 0) > 1 ? since : first.at - 5000, latest: first.at + 5000 }
        : null,
      sentence: `${readiness(entity.name, state.replicas)}${how}`,
      predicate: predicate.field(entity, "replicas.ready", "<", state.replicas.desired),
      observationIds,
    });
  }
  const [crash] = ended;
  if (!crash?.instance.lastExit) return null;
  const { at } = crash.instance.lastExit;
  return finding({
    entity,
    evidence: "state",
    // It runs again: what it broke may be over.
    effect: ended.length > 1 || crash.instance.restarts > 2 ? 0.9 : 0.7,
    // Only its last end is told: one that was started more than once began to end before.
    onset: { earliest: crash.instance.restarts > 1 ? since : at - 5000, latest: at + 5000 },
    sentence: `An instance of ${entity.name} ended at ${clock(at)} ${manner(crash.instance.lastExit)} and was started again`,
    predicate: predicate.field(entity, `instances.${crash.index}.lastExit.at`, ">=", since),
    observationIds,
  });
}

function readiness(name: string, { ready, desired }: Workload["replicas"]): string {
  if (ready > 0) return `${ready} of ${desired} instances of ${name} are ready`;
  return desired === 1
    ? `The only instance of ${name} is not ready`
    : `None of ${desired} instances of ${name} is ready`;
}

export function isCrash({ lastExit }: WorkloadInstance, since: number): boolean {
  if (!lastExit || lastExit.at < since || isOutOfMemory(lastExit)) return false;
  const wasAsked = lastExit.reason !== null && /request|complet|scal|deploy|roll|stopp/i.test(lastExit.reason);
  return !wasAsked && (lastExit.code !== 0 || lastExit.signal !== null);
}

function manner({ signal, code, reason }: NonNullable<WorkloadInstance["lastExit"]>): string {
  if (signal) return `by signal ${signal}`;
  return code === null ? `(${reason ?? "nobody says why"})` : `with code ${code}`;
}
