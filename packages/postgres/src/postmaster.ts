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
  const lines = readLines(path.join(dataDirectory, "postmaster.pid"));
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
  return isNumberInUse(pid) && stateOf(pid) !== "Z";
}

function isNumberInUse(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

/**
 * A dead server's lock files can name a number that another process has today (after a reboot, in a container) or that
 * of a zombie; PostgreSQL then refuses to start. Puts a number there that no process can have. `postmaster.pid` itself
 * stays: its other lines let PostgreSQL see whether orphaned backends still use the old shared memory.
 */
export function disarmStaleFiles(dataDirectory: string, socketDirectory: string): void {
  const socketLocks = fs.readdirSync(socketDirectory).filter((name) => name.endsWith(".lock"));
  const files = [
    path.join(dataDirectory, "postmaster.pid"),
    ...socketLocks.map((name) => path.join(socketDirectory, name)),
  ];
  for (const file of files) {
    const lines = readLines(file);
    const pid = Number(lines[0]);
    // Where no process has the number, PostgreSQL sees for itself that the file is stale.
    if (!Number.isInteger(pid) || pid <= 0 || !isNumberInUse(pid) || isServerOf(pid, dataDirectory)) continue;
    fs.writeFileSync(file, [String(IMPOSSIBLE_PID), ...lines.slice(1)].join("\n"));
  }
}

/** Empty where there is no such file. */
function readLines(file: string): string[] {
  try {
    return fs.readFileSync(file, "utf8").split("\n");
  } catch {
    return [];
  }
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
