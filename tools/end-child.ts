import type { ChildProcess } from "node:child_process";

/** Asks, and after a while insists. Resolves when it is gone. */
export function endChild(child: ChildProcess, patienceMilliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    const insist = setTimeout(() => child.kill("SIGKILL"), patienceMilliseconds);
    child.once("exit", () => {
      clearTimeout(insist);
      resolve();
    });
    child.kill("SIGTERM");
  });
}
