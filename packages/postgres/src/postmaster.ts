import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { codeOf } from "./postgres-error.ts";

/** What the first lines of `postmaster.pid` say about a server, running or dead. */
export interface PostmasterFile {
  pid: number;
  port: number;
  socketDirectory: string;
}

/** Undefined where there is no such file or it is not complete yet. */
export function readPostmasterFile(dataDirectory: string): PostmasterFile | undefined {
  let lines: string[];
  try {
    lines = fs.readFileSync(path.join(dataDirectory, "postmaster.pid"), "utf8").split("\n");
  } catch {
    return undefined;
  }
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, port: Number(lines[3] ?? 0), socketDirectory: lines[4] ?? "" };
}

/**
 * Is this process the living server of this data directory? A zombie (killed, not yet reaped by its parent) is dead,
 * and a process that merely got the same number later is not a server.
 */
export function isServerOf(pid: number, dataDirectory: string): boolean {
  if (!isAlive(pid)) return false;
  if (process.platform !== "linux") return commandOf(pid).includes(dataDirectory);
  try {
    return fs.readlinkSync(`/proc/${pid}/cwd`) === fs.realpathSync(dataDirectory); // a server works inside its data
  } catch {
    return commandOf(pid).includes(dataDirectory);
  }
}

/** False also for a zombie. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) !== "EPERM") return false;
  }
  return stateOf(pid) !== "Z";
}

/**
 * A dead server's file can name a number that another process has today (after a reboot, in a container) or that of a
 * zombie; PostgreSQL then refuses to start for ever. Puts a number there that no process can have. The file itself
 * stays: its other lines let PostgreSQL see whether orphaned backends still use the old shared memory.
 */
export function disarmStaleFile(dataDirectory: string): void {
  const file = path.join(dataDirectory, "postmaster.pid");
  const stale = readPostmasterFile(dataDirectory);
  if (stale === undefined || stale.pid === IMPOSSIBLE_PID || isServerOf(stale.pid, dataDirectory)) return;
  const rest = fs.readFileSync(file, "utf8").split("\n").slice(1);
  fs.writeFileSync(file, [String(IMPOSSIBLE_PID), ...rest].join("\n"));
}

/** Linux counts to 2^22, macOS to 99999. */
const IMPOSSIBLE_PID = 2_147_483_646;

/** One letter as `ps` shows it; empty where there is no such process. */
function stateOf(pid: number): string {
  if (process.platform === "linux") {
    try {
      const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
      return stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3);
    } catch {
      return "";
    }
  }
  return askPs(pid, "state").slice(0, 1);
}

function commandOf(pid: number): string {
  if (process.platform !== "linux") return askPs(pid, "command");
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

function askPs(pid: number, column: string): string {
  try {
    return execFileSync("ps", ["-p", String(pid), "-o", `${column}=`], { encoding: "utf8" }).trim();
  } catch {
    return "";
  }
}
