import { appendFileSync } from "node:fs";
import path from "node:path";
import { PostgresError, type PostgresErrorCode, startPostgres } from "@midwatch/postgres";
import { type ErrorCode, isMidwatchError, midwatchError } from "../core/errors.ts";
import { type OpenDatabase, openDatabase } from "../store/database.ts";
import { migrate } from "../store/migrate.ts";
import { allMigrations } from "../store/migrations/all-migrations.ts";

export type Store = {
  database: OpenDatabase;
  /**
   * Connections for what must not wait however busy the others are: alerts on their way to disk, who is signed in, and the
   * kill switch. Nothing else may use them, and nothing that takes long.
   */
  urgent: OpenDatabase;
  /** For processes and engines of their own: the hand, durable execution. */
  databaseUrl: string;
  /** The embedded telemetry's own database on the same server. */
  telemetryUrl: string;
  close(): Promise<void>;
};

/** Starts or adopts the embedded PostgreSQL, or connects to an external one, and brings the schema up to date. */
export async function openStore(settings: { dataDirectory: string; externalUrl: string | undefined }): Promise<Store> {
  const server =
    settings.externalUrl === undefined
      ? await startEmbedded(settings.dataDirectory)
      : connectExternal(settings.externalUrl);
  const database = openDatabase({ connection: server.databaseUrl });
  try {
    await migrate(database, allMigrations);
  } catch (cause) {
    await database.close();
    await server.stop();
    if (isMidwatchError(cause)) throw cause;
    throw midwatchError("MW_STORE_UNREACHABLE", { where: whereOf(server.databaseUrl), problem: textOf(cause) }, cause);
  }
  const urgent = openDatabase({
    connection: server.databaseUrl,
    poolSize: urgentConnections,
    applicationName: "midwatch urgent",
  });
  return {
    database,
    urgent,
    databaseUrl: server.databaseUrl,
    telemetryUrl: await server.telemetryUrl(database),
    close: async () => {
      await urgent.close();
      await database.close();
      await server.stop();
    },
  };
}

/** The writer of alerts needs one; the others are for people. */
const urgentConnections = 3;

type DatabaseServer = {
  databaseUrl: string;
  telemetryUrl: (database: OpenDatabase) => Promise<string>;
  stop: () => Promise<void>;
};

async function startEmbedded(dataDirectory: string): Promise<DatabaseServer> {
  const directory = path.join(dataDirectory, "postgres");
  const logFile = path.join(dataDirectory, "postgres-supervisor.log");
  const log = (text: string) => appendFileSync(logFile, `${new Date().toISOString()} ${text}\n`);
  try {
    const postgres = await startPostgres({ dataDirectory: directory, name: "midwatch", log });
    await postgres.ensureDatabase("midwatch");
    await postgres.ensureDatabase("midwatch_telemetry");
    return {
      databaseUrl: postgres.connectionString("midwatch"),
      telemetryUrl: async () => postgres.connectionString("midwatch_telemetry"),
      stop: () => postgres.stop(),
    };
  } catch (cause) {
    throw cause instanceof PostgresError ? explained(cause, directory) : cause;
  }
}

function connectExternal(url: string): DatabaseServer {
  return {
    databaseUrl: url,
    telemetryUrl: async (database) => {
      const telemetry = new URL(url);
      telemetry.pathname = `${telemetry.pathname}_telemetry`;
      const name = decodeURIComponent(telemetry.pathname.slice(1));
      const [found] = await database.query("select from pg_database where datname = $1", [name]);
      if (!found) await database.query(`create database "${name.replaceAll('"', '""')}"`);
      return telemetry.toString();
    },
    stop: async () => {},
  };
}

const codes: Record<PostgresErrorCode, ErrorCode> = {
  DATA_DIRECTORY_UNREACHABLE: "MW_DATA_UNREACHABLE",
  DISK_FULL: "MW_DISK_FULL",
  LOCKED_BY_OTHER: "MW_STORE_LOCKED",
  NO_BINARY: "MW_NO_BINARY",
  NOT_A_DATA_DIRECTORY: "MW_STORE_START_FAILED",
  NO_PERMISSION: "MW_DATA_NO_PERMISSION",
  START_FAILED: "MW_STORE_START_FAILED",
  VERSION_MISMATCH: "MW_STORE_VERSION_MISMATCH",
};

/** The supervisor says what happened and the way out better than a general text could. */
function explained(cause: PostgresError, directory: string): Error {
  const error = midwatchError(codes[cause.code], { directory, problem: cause.message }, cause);
  return Object.assign(error, { message: cause.message, wayOut: cause.wayOut });
}

/** Host and database; never the password. */
function whereOf(url: string): string {
  try {
    const { hostname, port, pathname, searchParams } = new URL(url);
    return `${searchParams.get("host") ?? hostname}${port ? `:${port}` : ""}${pathname}`;
  } catch {
    return "the configured URL";
  }
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
