import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Binaries } from "./binaries.ts";
import { explainSpawn, spawnAs } from "./data-directory.ts";
import type { OperatingUser } from "./operating-user.ts";
import { codeOf, explainFailure, PostgresError } from "./postgres-error.ts";
import { isAlive, isServerOf } from "./postmaster.ts";
import { probePostgres } from "./probe-postgres.ts";
import { SOCKET_PORT } from "./runtime-directory.ts";

export interface ServerSettings {
  dataDirectory: string;
  socketDirectory: string;
  binaries: Binaries;
  user: OperatingUser;
  /** Run-time parameters of PostgreSQL, by name. */
  parameters: Record<string, string>;
  startTimeoutMilliseconds: number;
}

/** Another server holds the directory, or its remains do for a moment longer: worth trying again soon. */
export class DirectoryBusyError extends Error {}

const LOG_BYTES_KEPT = 1024 * 1024;

/**
 * Starts a server of its own process group, so that Ctrl-C at the terminal reaches us and not it, and waits until it
 * accepts connections. Returns its process id. It survives our death and is adopted by the next start.
 */
export async function startServer(settings: ServerSettings): Promise<number> {
  const { dataDirectory, binaries, user } = settings;
  const log = openLog(dataDirectory, user);
  const child = spawn(binaries.postgres, ["-D", dataDirectory, ...flagsOf(settings)], {
    ...spawnAs(user),
    detached: true,
    stdio: ["ignore", log.descriptor, log.descriptor],
  });
  fs.closeSync(log.descriptor);
  child.unref();
  const ended = { isTrue: false, error: undefined as Error | undefined };
  child.on("exit", () => {
    ended.isTrue = true;
  });
  child.on("error", (error) => {
    ended.isTrue = true;
    ended.error = error;
  });

  const deadline = Date.now() + settings.startTimeoutMilliseconds;
  for (;;) {
    const readiness = await probePostgres({ socketDirectory: settings.socketDirectory });
    if (ended.isTrue || child.pid === undefined) throw explainExit(settings, log.readNew(), ended.error);
    if (readiness === "accepting") return child.pid;
    if (Date.now() > deadline) {
      await stopServer(child.pid, dataDirectory);
      throw explainFailure(
        `starting within ${settings.startTimeoutMilliseconds / 1000} s`,
        dataDirectory,
        log.readNew(),
      );
    }
    await sleep(readiness === "starting" ? 40 : 10); // each try of a server in recovery is a line in its log
  }
}

function flagsOf(settings: ServerSettings): string[] {
  const fixed: Record<string, string> = {
    listen_addresses: "",
    unix_socket_directories: settings.socketDirectory,
    unix_socket_permissions: "0700",
    port: String(SOCKET_PORT),
    logging_collector: "off",
  };
  return Object.entries({ ...settings.parameters, ...fixed }).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

/**
 * Ends a server: first "fast" (roll back, write a checkpoint, close), after ten seconds "immediate" (recovery at the
 * next start). Returns when the process is gone. Does nothing where the process is not this directory's server.
 */
export async function stopServer(pid: number, dataDirectory: string): Promise<void> {
  for (const [signal, patienceMilliseconds] of [
    ["SIGINT", 10_000],
    ["SIGQUIT", 10_000],
  ] as const) {
    if (!isServerOf(pid, dataDirectory)) return;
    send(pid, signal);
    const deadline = Date.now() + patienceMilliseconds;
    while (Date.now() < deadline) {
      if (!isAlive(pid)) return;
      await sleep(5);
    }
  }
  throw new PostgresError(
    "START_FAILED",
    `PostgreSQL (process ${pid}) did not stop within 20 s.`,
    `Look at ${path.join(dataDirectory, "postgres.log")}, then end process ${pid} by hand.`,
    { details: { directory: dataDirectory, pid, problem: "the server that ran there did not stop" } },
  );
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (codeOf(error) !== "ESRCH") throw explainFailure(`sending ${signal} to process ${pid}`, "its data", "", error);
  }
}

function explainExit(settings: ServerSettings, said: string, spawnError: Error | undefined): Error {
  if (spawnError) return explainSpawn(settings.binaries.postgres, settings.user, spawnError);
  if (/lock file "[^"]+" already exists|pre-existing shared memory block|Address already in use/.test(said)) {
    return new DirectoryBusyError(said.trim());
  }
  return explainFailure("starting", settings.dataDirectory, said);
}

/** `postgres.log` inside the data directory; begun anew when it has grown, so that it never fills a disk. */
function openLog(dataDirectory: string, user: OperatingUser): { descriptor: number; readNew(): string } {
  const file = path.join(dataDirectory, "postgres.log");
  try {
    const before = fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (before > LOG_BYTES_KEPT) fs.renameSync(file, `${file}.old`);
    const start = before > LOG_BYTES_KEPT ? 0 : before;
    const descriptor = fs.openSync(file, "a", 0o600);
    if (user.uid !== undefined && user.gid !== undefined) fs.fchownSync(descriptor, user.uid, user.gid);
    return { descriptor, readNew: () => fs.readFileSync(file).subarray(start).toString("utf8") };
  } catch (error) {
    throw explainFailure("writing its log", dataDirectory, "", error);
  }
}
