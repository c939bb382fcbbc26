import { randomUUID } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import type { Worker } from "../workers.ts";

/** A new id for every start of a process: nobody mistakes it for the one before. */
export function newWorkerId(): string {
  return `${os.hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`;
}

/**
 * Where process ids mean the same thing: host, boot and process namespace. Two containers of one host name differ here,
 * so neither takes the other for dead.
 */
export function processSpace(): string {
  const boot = tryRead(() => fs.readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
  const namespace = tryRead(() => fs.readlinkSync("/proc/self/ns/pid"));
  return [os.hostname(), boot, namespace].filter((part) => part !== "").join("/");
}

/** Workers of this machine whose process is gone: no need to wait for their silence. */
export function findGoneWorkers(workers: Worker[], self: { id: string; host: string }): string[] {
  return workers
    .filter(({ id, host }) => host === self.host && id !== self.id)
    .filter(({ processId }) => processId === process.pid || !isAlive(processId))
    .map(({ id }) => id);
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
  const stat = tryRead(() => fs.readFileSync(`/proc/${processId}/stat`, "utf8"));
  return !/\) Z /.test(stat); // killed but not yet reaped
}

function tryRead(read: () => string): string {
  try {
    return read();
  } catch {
    return ""; // not Linux, or not to be seen
  }
}
