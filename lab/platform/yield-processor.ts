import { setPriority } from "node:os";

/**
 * Services, database and jobs share this machine's few processors here, and would not elsewhere: what works hard must make
 * its callers wait for it, not for a processor. Children inherit it. Where it is not allowed, all go on as they were.
 */
export function yieldProcessor(pid: number, niceness: number, log: (line: string) => void): void {
  try {
    setPriority(pid, niceness);
  } catch (error) {
    log(`process ${pid} runs at the services' own priority: ${error instanceof Error ? error.message : String(error)}`);
  }
}
