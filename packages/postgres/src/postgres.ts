/**
 * Supervisor of an embedded PostgreSQL: initialise, start, adopt, keep alive, stop.
 *
 *   const postgres = await startPostgres({ dataDirectory: "/var/lib/midwatch/postgres", name: "midwatch" });
 *   await postgres.ensureDatabase("midwatch");
 *   const pool = new pg.Pool(postgres.connectionConfig("midwatch"));
 *   …
 *   await pool.end();
 *   await postgres.stop();
 *
 * Exports: startPostgres, StartPostgresOptions, RunningPostgres; attachPostgres (connections to a server that another
 * process supervises), PostgresConnections; probePostgres (what pg_isready says), PostgresReadiness;
 * PostgresError, PostgresErrorCode; whereUnreachable (asks beforehand whether a data directory can be used as root).
 *
 * No TCP: one Unix socket in a private directory. The server is its own process group and survives our death; the next
 * start on the same data directory adopts it. A second living supervisor is refused with LOCKED_BY_OTHER.
 */
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { bringUp, prepareCluster, type StartPostgresOptions } from "./bring-up.ts";
import { SUPERUSER } from "./data-directory.ts";
import { chooseOperatingUser, firstUnreachable } from "./operating-user.ts";
import { codeOf, explainFailure, textOf } from "./postgres-error.ts";
import { isServerOf, readPostmasterFile } from "./postmaster.ts";
import { probePostgres } from "./probe-postgres.ts";
import { removeRuntimeDirectory, SOCKET_PORT } from "./runtime-directory.ts";
import { stopServer } from "./server-process.ts";

export type { StartPostgresOptions } from "./bring-up.ts";
export { PostgresError, type PostgresErrorCode, type PostgresErrorDetails } from "./postgres-error.ts";
export { type PostgresReadiness, probePostgres } from "./probe-postgres.ts";

/** Ways to talk to a server. */
export interface PostgresConnections {
  readonly socketDirectory: string;
  readonly user: string;
  /** Process id of the server; changes when it died and was started again. */
  readonly pid: number;
  /** `postgresql://…` URL with the socket as `host` parameter. */
  connectionString(database: string): string;
  /** For `pg.Pool` and `pg.Client`. */
  connectionConfig(database: string): PostgresConnectionConfig;
  /** Creates the database unless it exists. */
  ensureDatabase(database: string): Promise<void>;
  /** Ends the server in order and returns when it is gone. Close your connections first: open ones are cut. */
  stop(): Promise<void>;
}

export interface RunningPostgres extends PostgresConnections {
  /** True when it was already running, left by a supervisor that died. */
  readonly adopted: boolean;
}

export interface PostgresConnectionConfig {
  host: string;
  port: number;
  user: string;
  database: string;
  ssl: false;
}

/**
 * Starts the cluster in `dataDirectory`, made anew where there is none, or adopts the server that already runs on it;
 * starts it again whenever it dies before `stop`. Throws a PostgresError.
 */
export async function startPostgres(options: StartPostgresOptions): Promise<RunningPostgres> {
  const cluster = await prepareCluster(options);
  let server = await bringUp(cluster).catch((error: unknown) => {
    removeRuntimeDirectory(cluster.socketDirectory);
    throw error;
  });
  cluster.log(
    `PostgreSQL ${cluster.binaries.version} ${server.adopted ? "adopted" : "started"}, process ${server.pid}`,
  );
  let isStopping = false;
  let revival: Promise<void> = Promise.resolve();

  const watch = () => {
    void server.lock.whenLost.then(() => {
      if (!isStopping) revival = revive();
    });
  };
  const revive = async () => {
    for (let attempt = 0; !isStopping; attempt++) {
      try {
        cluster.log(`PostgreSQL, process ${server.pid}, ended unexpectedly; starting it again`);
        server = await bringUp(cluster);
        watch();
        return;
      } catch (error) {
        cluster.log(`PostgreSQL could not be started again: ${textOf(error)}`);
        await sleep(Math.min(30_000, 250 * 2 ** attempt), undefined, { ref: false });
      }
    }
  };
  const stop = async () => {
    if (isStopping) return revival;
    isStopping = true;
    revival = revival.then(async () => {
      await stopServer(server.pid, cluster.dataDirectory);
      await server.lock.release();
      removeRuntimeDirectory(server.socketDirectory);
      cluster.log(`PostgreSQL, process ${server.pid}, stopped`);
    });
    return revival;
  };
  watch();

  return Object.assign(
    connectionsTo(() => server, stop),
    { adopted: server.adopted },
  );
}

/**
 * Connections to the server that runs on `dataDirectory` now, without supervising it; undefined where none accepts.
 * Its `stop` is for servers that nobody supervises: a living supervisor starts it again.
 */
export async function attachPostgres(dataDirectory: string): Promise<PostgresConnections | undefined> {
  const absolute = path.resolve(dataDirectory);
  const server = readPostmasterFile(absolute);
  if (server === undefined || !isServerOf(server.pid, absolute)) return undefined;
  if ((await probePostgres(server)) !== "accepting") return undefined;
  return connectionsTo(
    () => server,
    async () => {
      await stopServer(server.pid, absolute);
      removeRuntimeDirectory(server.socketDirectory);
    },
  );
}

function connectionsTo(
  server: () => { pid: number; socketDirectory: string; port?: number },
  stop: () => Promise<void>,
): PostgresConnections {
  const connectionConfig = (database: string): PostgresConnectionConfig => ({
    host: server().socketDirectory,
    port: server().port ?? SOCKET_PORT,
    user: SUPERUSER,
    database,
    ssl: false,
  });
  return {
    get socketDirectory() {
      return server().socketDirectory;
    },
    get pid() {
      return server().pid;
    },
    user: SUPERUSER,
    connectionConfig,
    connectionString: (database) => {
      const query = new URLSearchParams({ host: server().socketDirectory, sslmode: "disable" });
      return `postgresql://${SUPERUSER}@localhost:${server().port ?? SOCKET_PORT}/${encodeURIComponent(database)}?${query}`;
    },
    ensureDatabase: (database) => ensureDatabase(connectionConfig("postgres"), database),
    stop,
  };
}

/** As root: the directory on the way to `dataDirectory` that PostgreSQL's account may not enter; undefined when fine. */
export function whereUnreachable(dataDirectory: string): string | undefined {
  const absolute = path.resolve(dataDirectory);
  return firstUnreachable(path.dirname(absolute), chooseOperatingUser(absolute));
}

async function ensureDatabase(config: PostgresConnectionConfig, database: string): Promise<void> {
  const client = new pg.Client(config);
  await client.connect();
  try {
    const found = await client.query("select 1 from pg_database where datname = $1", [database]);
    if (found.rowCount === 0)
      await client.query(`create database ${client.escapeIdentifier(database)} template template0`);
  } catch (error) {
    const isMadeMeanwhile = codeOf(error) === "42P04" || codeOf(error) === "23505";
    if (!isMadeMeanwhile) throw explainFailure(`creating database ${database}`, "the cluster", textOf(error), error);
  } finally {
    await client.end();
  }
}
