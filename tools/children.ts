import type { ChildProcess } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { identityOf, isAlive, type ProcessIdentity } from "../src/app/process-identity.ts";
import { endChild } from "./end-child.ts";

/** What a process gets to end in order: its activities (5 s), the hand (10 s), its database (20 s), and some. */
const patienceMilliseconds = 60_000;

/**
 * Remembers in the data folder which processes `start` has started, so that the next one can end what a killed one left
 * behind.
 */
export function rememberChildren(directory: string): {
  add(child: ChildProcess): void;
  forget(): void;
} {
  const file = path.join(directory, "start-children.json");
  const identities: ProcessIdentity[] = [];
  return {
    add: ({ pid }) => {
      if (pid === undefined) return;
      identities.push(identityOf(pid));
      writeFileSync(file, JSON.stringify(identities), { mode: 0o600 });
    },
    forget: () => rmSync(file, { force: true }),
  };
}

/** Ends in order, and after a while insists. Returns how many there were. */
export async function endLeftChildren(directory: string): Promise<number> {
  const left = readLeft(path.join(directory, "start-children.json")).filter(isAlive);
  for (const { pid } of left) process.kill(pid, "SIGTERM");
  for (const deadline = Date.now() + patienceMilliseconds; left.some(isAlive); await sleep(50)) {
    if (Date.now() > deadline) for (const one of left.filter(isAlive)) process.kill(one.pid, "SIGKILL");
  }
  return left.length;
}

function readLeft(file: string): ProcessIdentity[] {
  try {
    return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as ProcessIdentity[]) : [];
  } catch {
    return []; // cut off half-written
  }
}

export const end = (child: ChildProcess): Promise<void> => endChild(child, patienceMilliseconds);
