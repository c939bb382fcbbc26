import { setTimeout as sleep } from "node:timers/promises";

/** Three quarters of the time are for others. */
const restForWork = 3;
/** Whoever waits for the outcome notices less. */
const longestRestMilliseconds = 1_000;

/**
 * Work in the background that rests after each run, three times as long as the run took. Where little happens nobody
 * notices; in a storm, in which every commit asks for a run, few runs take many in instead of many runs a few each.
 */
export function unhurried(
  work: () => Promise<void>,
  clock: { now(): number; sleep(milliseconds: number): Promise<unknown> } = { now: () => performance.now(), sleep },
): () => Promise<void> {
  let restUntil = Number.NEGATIVE_INFINITY;
  return async () => {
    const rest = restUntil - clock.now();
    if (rest > 0) await clock.sleep(rest);
    const startedAt = clock.now();
    try {
      await work();
    } finally {
      const endedAt = clock.now();
      restUntil = endedAt + Math.min(longestRestMilliseconds, restForWork * (endedAt - startedAt));
    }
  };
}
