import type { Plan, Verification } from "../core/plan.ts";

/**
 * It changed nothing that users feel, and stays all the same: the state before it is suspect itself, or the cause is
 * gone with it. Putting a cause back helps nobody whom something else hurts by now.
 */
export function isKeptUnchanged(plan: Plan | null, { result, isCauseGone }: Verification): boolean {
  return result === "unchanged" && (plan?.whenUnchanged === "keep" || isCauseGone === true);
}
