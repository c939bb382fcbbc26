import { createHash } from "node:crypto";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type BinariesSettings, prepareBinaries } from "./binaries.ts";
import { prepareDataDirectory, refuseUnreachable } from "./data-directory.ts";
import { chooseOperatingUser } from "./operating-user.ts";
import { codeOf, explainFailure, PostgresError, textOf } from "./postgres-error.ts";
import { disarmStaleFiles, isServerOf, readPostmasterFile } from "./postmaster.ts";
import { probePostgres } from "./probe-postgres.ts";
import { prepareRuntimeDirectory } from "./runtime-directory.ts";
import { DirectoryBusyError, type ServerSettings, startServer, stopServer } from "./server-process.ts";
import { type SupervisorLock, takeSupervisorLock } from "./supervisor-lock.ts";

export interface StartPostgresOptions extends BinariesSettings {
  /** Where the cluster's files are or shall be. */
  dataDirectory: string;
  /** Shown in process titles, so that two clusters of one machine can be told apart. */
  name: string;
  /** Run-time parameters of PostgreSQL over the defaults below, by name. */
  settings?: Record<string, string>;
  /** 60 where not given; three of them stay free for the superuser. */
  maxConnections?: number;
  /** How long a start may take, crash recovery included: 120 s where not given. */
  startTimeoutMilliseconds?: number;
  /** Told one plain line for each thing worth knowing. */
  log?: (line: string) => void;
}

/**
 * Small memory first: this server shares a small machine with what it serves. Everything that guards data (fsync,
 * synchronous commit, full page writes, checksums) stays at PostgreSQL's safe defaults.
 */
const DEFAULT_PARAMETERS: Record<string, string> = {
  shared_buffers: "96MB",
  work_mem: "8MB",
  maintenance_work_mem: "64MB",
  max_wal_size: "512MB",
  min_wal_size: "64MB",
  wal_compression: "on",
  jit: "off", // costs tens of milliseconds and megabytes per backend, pays only for scans of seconds
  max_worker_processes: "4",
  io_method: "sync", // no extra I/O processes
  timezone: "UTC",
  log_timezone: "UTC",
  log_min_messages: "log", // a server's own troubles; not every statement that fails
  log_checkpoints: "off",
};

/** How long the remains of a killed server may hold its directory. */
const BUSY_PATIENCE_MILLISECONDS = 5000;

/** A server that lives but has no socket for this long cannot be adopted. */
const SILENCE_PATIENCE_MILLISECONDS = 4000;

export interface Cluster extends ServerSettings {
  fingerprint: string;
  log: (line: string) => void;
}

/** A server that accepts connections and whose lock we hold. */
export interface Server {
  pid: number;
  socketDirectory: string;
  adopted: boolean;
  lock: SupervisorLock;
}

/** Everything that can be found out before a server is looked for. */
export async function prepareCluster(options: StartPostgresOptions): Promise<Cluster> {
  const dataDirectory = path.resolve(options.dataDirectory);
  const user = chooseOperatingUser(dataDirectory);
  refuseUnreachable(dataDirectory, user);
  const binaries = await prepareBinaries(user, options);
  const parameters: Record<string, string> = {
    ...DEFAULT_PARAMETERS,
    max_connections: String(options.maxConnections ?? 60),
    cluster_name: options.name,
    ...options.settings,
  };
  const fingerprint = createHash("sha256")
    .update(JSON.stringify([binaries.version, binaries.nativeDirectory, Object.entries(parameters).sort()]))
    .digest("hex")
    .slice(0, 16);
  return {
    dataDirectory,
    socketDirectory: prepareRuntimeDirectory(dataDirectory, user),
    binaries,
    user,
    parameters: { ...parameters, [FINGERPRINT]: fingerprint },
    startTimeoutMilliseconds: options.startTimeoutMilliseconds ?? 120_000,
    fingerprint,
    log: options.log ?? (() => {}),
  };
}

/** A parameter of ours, by which a later supervisor sees how the running server was started. */
const FINGERPRINT = "midwatch.fingerprint";

/** Finds, adopts, replaces or starts the server of a cluster, and holds its lock. Throws a PostgresError. */
export async function bringUp(cluster: Cluster): Promise<Server> {
  let busySince: number | undefined; // making a new cluster may have taken longer than that before
  for (;;) {
    try {
      const running = await findRunning(cluster);
      const server = await lockServer(cluster, running ?? (await startAnew(cluster)));
      // Asked while the connection still holds the process: one that has nothing else open would end in the middle.
      if (running === undefined || (await isAsWanted(server.lock, cluster))) {
        server.lock.letProcessEnd();
        return { ...server, adopted: running !== undefined };
      }
      cluster.log("PostgreSQL runs with other settings or an older program; replacing it");
      await stopServer(server.pid, cluster.dataDirectory);
      await server.lock.release();
    } catch (error) {
      const isWorthRepeating = error instanceof DirectoryBusyError || isConnectionTrouble(error);
      if (!isWorthRepeating) throw error;
      busySince ??= Date.now();
      if (Date.now() - busySince > BUSY_PATIENCE_MILLISECONDS)
        throw explainFailure("starting", cluster.dataDirectory, textOf(error), error);
      await sleep(100);
    }
  }
}

async function startAnew(cluster: Cluster): Promise<{ pid: number; socketDirectory: string }> {
  const isNew = await prepareDataDirectory(cluster.dataDirectory, cluster.binaries, cluster.user);
  if (isNew) cluster.log(`made a new database cluster in ${cluster.dataDirectory}`);
  prepareRuntimeDirectory(cluster.dataDirectory, cluster.user); // a cleaner of /tmp may have taken it meanwhile
  disarmStaleFiles(cluster.dataDirectory, cluster.socketDirectory);
  return { pid: await startServer(cluster), socketDirectory: cluster.socketDirectory };
}

async function lockServer(
  cluster: Cluster,
  server: { pid: number; socketDirectory: string },
): Promise<Omit<Server, "adopted">> {
  return { ...server, lock: await takeSupervisorLock(server.socketDirectory, cluster.dataDirectory) };
}

/** The living server of this data directory once it accepts connections; undefined where none lives. */
async function findRunning(cluster: Cluster): Promise<{ pid: number; socketDirectory: string } | undefined> {
  const { dataDirectory } = cluster;
  const begunAt = Date.now();
  for (;;) {
    const file = readPostmasterFile(dataDirectory);
    if (file === undefined || !isServerOf(file.pid, dataDirectory)) return undefined;
    const { socketDirectory, port } = file;
    const readiness = socketDirectory === "" ? "absent" : await probePostgres({ socketDirectory, port });
    if (readiness === "accepting") return { pid: file.pid, socketDirectory };
    const waitedMilliseconds = Date.now() - begunAt;
    if (readiness === "absent" && waitedMilliseconds > SILENCE_PATIENCE_MILLISECONDS) {
      cluster.log(`PostgreSQL, process ${file.pid}, has no socket any more; replacing it`);
      await stopServer(file.pid, dataDirectory);
      return undefined;
    }
    if (waitedMilliseconds > cluster.startTimeoutMilliseconds) {
      throw explainFailure("waiting for the server that runs already", dataDirectory, `it is ${readiness}`);
    }
    await sleep(20);
  }
}

async function isAsWanted(lock: SupervisorLock, cluster: Cluster): Promise<boolean> {
  const answer = await lock.client.query<{ fingerprint: string | null }>(
    "select current_setting($1, true) as fingerprint",
    [FINGERPRINT],
  );
  return answer.rows[0]?.fingerprint === cluster.fingerprint;
}

/** The server went away between being found and being asked. */
function isConnectionTrouble(error: unknown): boolean {
  if (error instanceof PostgresError) return false;
  const code = codeOf(error);
  return (
    (code !== undefined && (/^57P0/.test(code) || ["ECONNREFUSED", "ECONNRESET", "ENOENT", "EPIPE"].includes(code))) ||
    /Connection terminated/.test(textOf(error))
  );
}
