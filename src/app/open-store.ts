import { appendFileSync } from "node:fs";
import path from "node:path";
import { PostgresError, startPostgres } from "@midwatch/postgres";
import { hasCode, isMidwatchError, midwatchError } from "../core/errors.ts";
import { insufficientPrivilege, type OpenDatabase, openDatabase, sqlStateOf } from "../store/database.ts";
import { migrate } from "../store/migrate.ts";
import { allMigrations } from "../store/migrations/all-migrations.ts";
import { explainSupervisor } from "./explain-supervisor.ts";

export type Store = {
  database: OpenDatabase;
  /**
   * Connections for what must not wait however busy the others are: alerts on their way to disk, who is signed in, and the
   * kill switch. Nothing else may use them, and nothing that takes long.
   */
  urgent: OpenDatabase;
  /** For processes and engines of their own: the hand, durable execution. */
  databaseUrl: string;
  /** The embedded telemetry's own database on the same server; made when it is not there. */
  telemetryUrl(): Promise<string>;
  close(): Promise<void>;
};

/** Starts or adopts the embedded PostgreSQL, or connects to an external one, and brings the schema up to date. */
export async function openStore(settings: { dataDirectory: string; externalUrl: string | undefined }): Promise<Store> {
  const server =
    settings.externalUrl === undefined
      ? await startEmbedded(settings.dataDirectory)
      : connectExternal(settings.externalUrl);
  const database = openDatabase({ connection: server.databaseUrl });
  const close = async () => {
    await database.close();
    await server.stop();
  };
  try {
    await migrate(database, allMigrations);
  } catch (cause) {
    await close();
    throw explained(cause, server.databaseUrl);
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
    telemetryUrl: () => server.telemetryUrl(database),
    close: async () => {
      await urgent.close();
      await close();
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
    throw cause instanceof PostgresError ? (explainSupervisor(cause, directory) ?? cause) : cause;
  }
}

function connectExternal(url: string): DatabaseServer {
  // Never the URL itself: it holds a password.
  if (!/^(postgres(ql)?|socket):/.test(url) || !URL.canParse(url)) throw midwatchError("MW_STORE_URL_INVALID");
  return { databaseUrl: url, telemetryUrl: (database) => ensureTelemetryDatabase(database, url), stop: async () => {} };
}

/** Beside the database itself, under its name and `_telemetry`. Whoever may not make databases gets it from somebody who may. */
async function ensureTelemetryDatabase(database: OpenDatabase, url: string): Promise<string> {
  const telemetry = new URL(url);
  telemetry.pathname = `${telemetry.pathname}_telemetry`;
  const name = decodeURIComponent(telemetry.pathname.slice(1));
  const isThere = async () => (await database.query("select from pg_database where datname = $1", [name])).length > 0;
  if (await isThere()) return telemetry.toString();
  try {
    await database.query(`create database "${name.replaceAll('"', '""')}"`);
  } catch (cause) {
    if (await isThere()) return telemetry.toString(); // another midwatch made it meanwhile
    const wayOut = `Have it made: create database "${name}" owner "${telemetry.username}"; or switch the embedded telemetry off with \`telemetry.isOn: false\`.`;
    throw Object.assign(explained(cause, url), { wayOut });
  }
  return telemetry.toString();
}

/** What PostgreSQL answered when it was asked for the schema: away, refused us, or does not let us do it. */
function explained(cause: unknown, url: string): Error {
  const where = whereOf(url);
  const problem = textOf(cause);
  const state = sqlStateOf(cause) ?? "";
  if (/^28|^3D/.test(state)) return midwatchError("MW_STORE_REFUSED", { where, problem }, cause);
  if (state === insufficientPrivilege) return midwatchError("MW_STORE_NO_PERMISSION", { where, problem }, cause);
  if (hasCode(cause, "MW_STORE_UNREACHABLE")) {
    const { details } = cause as { details: Record<string, string | number> };
    return midwatchError("MW_STORE_UNREACHABLE", { ...details, where }, cause);
  }
  return isMidwatchError(cause) ? cause : midwatchError("MW_STORE_UNREACHABLE", { where, problem }, cause);
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
