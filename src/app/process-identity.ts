import { readFileSync } from "node:fs";

/** A process, told from a later one with the same number. */
export type ProcessIdentity = { pid: number; processStartedAt: string };

export function identityOf(pid: number): ProcessIdentity {
  return { pid, processStartedAt: startOf(pid) };
}

/** False also for one that was killed and not yet reaped. */
export function isAlive({ pid, processStartedAt }: ProcessIdentity): boolean {
  try {
    process.kill(pid, 0);
  } catch (cause) {
    return cause instanceof Error && "code" in cause && cause.code === "EPERM";
  }
  const started = startOf(pid);
  return started === "" || processStartedAt === "" || started === processStartedAt;
}

/** Clock ticks after boot at which a process began, from /proc; empty where the system has no /proc. */
function startOf(pid: number): string {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? "dead" : (fields[19] ?? "");
  } catch {
    return "";
  }
}
