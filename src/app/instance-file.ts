import { closeSync, openSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from "node:fs";
import path from "node:path";
import { midwatchError } from "../core/errors.ts";
import { explainFileProblem } from "./data-directory.ts";
import { identityOf, isAlive, type ProcessIdentity } from "./process-identity.ts";

/** What the running midwatch tells the command line on the same machine. Readable for its own user only. */
type InstanceFile = ProcessIdentity & {
  url: string;
  telemetryUrl: string | null;
  /** The command line's own token: whoever can read this file may act as this machine's operator. */
  token: string;
};

const fileName = "instance.json";

/**
 * One midwatch a data folder, and one `start` that keeps it running. Throws MW_ALREADY_RUNNING when a living process
 * holds it; a lock that a dead process left behind is taken over.
 */
export function lockInstance(directory: string, what: "instance" | "start" = "instance"): { release: () => void } {
  const lock = path.join(directory, `${what}.lock`);
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      const handle = openSync(lock, "wx", 0o600);
      try {
        writeSync(handle, JSON.stringify(identityOf(process.pid)));
      } catch (cause) {
        rmSync(lock, { force: true }); // no room left: it would be a lock without a holder
        throw cause;
      } finally {
        closeSync(handle);
      }
      return { release: () => rmSync(lock, { force: true }) };
    } catch (cause) {
      if (!isExisting(cause)) throw explainFileProblem(cause, directory);
      const holder = readHolder(lock);
      if (holder && isAlive(holder)) throw midwatchError("MW_ALREADY_RUNNING", { pid: holder.pid, directory });
      rmSync(lock, { force: true });
    }
  }
  throw midwatchError("MW_ALREADY_RUNNING", { pid: 0, directory });
}

export function writeInstance(directory: string, instance: Omit<InstanceFile, "pid" | "processStartedAt">): void {
  const file = path.join(directory, fileName);
  const content: InstanceFile = { ...identityOf(process.pid), ...instance };
  writeFileSync(`${file}.new`, JSON.stringify(content), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** Null: nothing runs on this data folder. Throws MW_INSTANCE_OF_OTHER when another user's does. */
export function readInstance(directory: string): InstanceFile | null {
  const file = path.join(directory, fileName);
  try {
    const instance = JSON.parse(readFileSync(file, "utf8")) as InstanceFile;
    return isAlive(instance) ? instance : null;
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "EACCES")
      throw midwatchError("MW_INSTANCE_OF_OTHER", { file }, cause);
    return null;
  }
}

export function removeInstance(directory: string): void {
  rmSync(path.join(directory, fileName), { force: true });
}

function readHolder(lock: string): ProcessIdentity | null {
  try {
    return JSON.parse(readFileSync(lock, "utf8"));
  } catch {
    return null;
  }
}

function isExisting(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && cause.code === "EEXIST";
}
