import type { WorkloadInstance } from "../../core/workload.ts";

/**
 * Ended by the kernel or the runtime for want of memory, as the platform says it. Exit code 137 alone is no proof: a
 * failed liveness probe kills in the same way (METHODS 1).
 */
export function isOutOfMemory(exit: NonNullable<WorkloadInstance["lastExit"]>): boolean {
  return exit.reason !== null && /out.?of.?memory|oom/i.test(exit.reason);
}
