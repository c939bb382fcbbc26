import type { Action } from "../core/plan.ts";
import type { Instant } from "../core/window.ts";
import type { EnvironmentPolicy, PolicyConfig } from "./policy-config.ts";

/** Everything that rules may look at beside the action. Plain data: the same facts give the same ruling. */
export type PolicyFacts = {
  now: Instant;
  config: PolicyConfig;
  /** Undefined: nobody declared the environment. */
  environment: EnvironmentPolicy | undefined;
  /** Who stopped all writes. Null: nobody. */
  writesStoppedBy: string | null;
  /** Writes of midwatch of the last hour at least, undos among them. */
  recentWrites: { at: Instant; action: Action; isUndo: boolean }[];
  /** A fix of midwatch made something worse, and no person has released automation since. */
  harm: { at: Instant; sentence: string } | null;
  /** Null where the platform does not say: then there is no bound to count from. */
  declared: { replicas: number | null; memoryBytes: number | null; cpuCores: number | null };
  /** The action that brings the captured state back. Null: there is none. */
  inverse: Action | null;
  /** True when what this action brings back is what the hypothesis blames, and measurements have not cleared it. */
  restoresSuspectState: boolean;
  /** The inverse of a plan that was allowed or approved. */
  isUndo: boolean;
  /** How many instances stop or start at once. */
  instancesAtOnce: number;
  /** How sure midwatch is of what the action is for, 0 to 1. Null for undos. */
  probability: number | null;
};

export function isProduction(facts: Pick<PolicyFacts, "environment">): boolean {
  return facts.environment === undefined || facts.environment.kind === "production";
}
