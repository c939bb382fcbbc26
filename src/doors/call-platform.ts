import { setTimeout as sleep } from "node:timers/promises";
import type { ExecutionAnswer } from "../core/capability.ts";
import type { Action } from "../core/plan.ts";
import type { HandConnection, HandDependencies } from "./hand-dependencies.ts";

/** Sends once. Whatever is not a clear answer in time is unknown, not failed: it may have arrived. */
export async function callOnce(
  { callSeconds = 75 }: HandDependencies,
  { executor }: HandConnection,
  action: Action,
  guard: { idempotencyKey: string; revision: string },
): Promise<ExecutionAnswer> {
  const timeout = { kind: "unknown", why: `no answer within ${callSeconds} s` } as const;
  try {
    return await withTimeout(executor.execute(action, guard), callSeconds, timeout);
  } catch (error) {
    return { kind: "unknown", why: error instanceof Error ? error.message : String(error) };
  }
}

/** A key that never arrived may still be under way: only a second look after this long counts. */
const settleSeconds = 2;

/** Asks what became of a key until somebody knows or the time is over. Reads only. */
export async function readBack(
  { readBackSeconds = 60, callSeconds = 75 }: HandDependencies,
  { executor }: HandConnection,
  key: string,
  why: string,
): Promise<ExecutionAnswer> {
  const deadline = Date.now() + readBackSeconds * 1000;
  let neverArrived = 0;
  let last: ExecutionAnswer = { kind: "unknown", why };
  for (let pause = 200; ; pause = Math.min(pause * 2, 5000)) {
    const found = await withTimeout(executor.findOperation(key), callSeconds, "not-readable" as const).catch(
      () => "not-readable" as const,
    );
    if (found === "never-arrived") {
      neverArrived++;
      if (neverArrived > 1) return { kind: "failed", why: `${why}; it never arrived, nothing was changed` };
      await sleep(settleSeconds * 1000);
      continue;
    }
    neverArrived = 0;
    if (found === "not-readable") last = { kind: "unknown", why: `${why}; what became of it cannot be read back` };
    else if (found.kind === "unknown") last = { kind: "unknown", why: `${why}; ${found.why}` };
    else return found;
    if (Date.now() + pause > deadline) return last;
    await sleep(pause);
  }
}

async function withTimeout<Answer>(work: Promise<Answer>, seconds: number, otherwise: Answer): Promise<Answer> {
  const cancel = new AbortController();
  try {
    return await Promise.race([work, sleep(seconds * 1000, otherwise, { signal: cancel.signal })]);
  } finally {
    cancel.abort();
  }
}
