import type { Instant } from "../../core/window.ts";
import type { WorkloadInstance } from "../../core/workload.ts";

/**
 * Ended by the kernel or the runtime for want of memory, as the platform says it. Exit code 137 alone is no proof: a
 * failed liveness probe kills in the same way (METHODS 1).
 */
export function isOutOfMemory(exit: NonNullable<WorkloadInstance["lastExit"]>): boolean {
  return exit.reason !== null && /out.?of.?memory|oom/i.test(exit.reason);
}

/** The last ends for want of memory since then, of the instances at these positions. */
export function outOfMemoryExits(instances: readonly WorkloadInstance[], since: Instant) {
  return instances.flatMap(({ lastExit, restarts }, index) =>
    lastExit && isOutOfMemory(lastExit) && lastExit.at >= since
      ? [{ index, restarts, at: lastExit.at, reason: lastExit.reason }]
      : [],
  );
}
