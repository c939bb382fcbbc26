import { kindOf } from "../actions/all-kinds.ts";
import type { Action, Plan } from "../core/plan.ts";
import type { Instant } from "../core/window.ts";
import type { Workload } from "../core/workload.ts";
import type { PolicyConfig } from "../policy/policy-config.ts";
import type { PolicyFacts } from "../policy/policy-facts.ts";
import { hasRaisedProcessorLimit, listRecentWrites, readUnreleasedHarm } from "../store/act-requests.ts";
import type { Database } from "../store/database.ts";
import { readKillSwitch } from "../store/kill-switch.ts";

/** What policy looks at, as it is now. Used for the first ruling and again by the hand: the same facts, the same rules. */
export async function gatherPolicyFacts(
  database: Database,
  input: {
    action: Action;
    plan: Plan;
    /** Null: it cannot be read, and then there is nothing that bounds count from. */
    workload: Workload | null;
    config: PolicyConfig;
    probability: number | null;
    /** For an undo: whether measurements, or a person, say that the state before was the better one. */
    undo: { isStateBeforeCleared: boolean } | null;
    now: Instant;
  },
): Promise<PolicyFacts> {
  const { action, plan, workload, config, now, undo } = input;
  const [killSwitch, recentWrites, harm, isProcessorOurs] = await Promise.all([
    readKillSwitch(database),
    listRecentWrites(database, now - 3_600_000),
    readUnreleasedHarm(database),
    hasRaisedProcessorLimit(database, action.entityId),
  ]);
  const by = killSwitch.changedBy;
  return {
    now,
    config,
    environment: config.environments[action.environment],
    writesStoppedBy: killSwitch.isEngaged ? (by.kind === "person" ? by.name : by.part) : null,
    recentWrites,
    harm,
    declared: {
      replicas: workload?.replicas.declared ?? null,
      memoryBytes: workload?.limits.declaredMemoryBytes ?? null,
      // The platform tells no declared processor limit: the present one counts, unless midwatch set it.
      cpuCores: isProcessorOurs ? null : (workload?.limits.cpuCores ?? null),
    },
    inverse: plan.inverse,
    restoresSuspectState: undo !== null && plan.isStateBeforeSuspect && !undo.isStateBeforeCleared,
    isUndo: undo !== null,
    instancesAtOnce: workload ? kindOf(action.kind).instancesAtOnce(action, workload) : plan.blastRadius.instances,
    probability: undo === null ? input.probability : null,
  };
}
