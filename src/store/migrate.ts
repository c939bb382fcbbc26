import { isMidwatchError, midwatchError } from "../core/errors.ts";
import { type Database, insufficientPrivilege, type OpenDatabase, sqlStateOf } from "./database.ts";
import { oneProcessAtATime } from "./one-process-at-a-time.ts";

/** One forward step of the schema. Never edited once released; what was wrong is mended by the next one. */
export type Migration = {
  /** 1, 2, 3 … without gaps. */
  number: number;
  name: string;
  sql: string;
};

/** PostgreSQL 15 is the oldest that is still maintained where people run their own. */
const OLDEST_SERVER = 150_000;

/**
 * Brings the schema to what this program knows, each step in its own transaction, one process at a time. Returns the
 * numbers that were applied now; empty where nothing was to do. Throws MW_STORE_TOO_OLD, MW_STORE_SCHEMA_NEWER (a newer
 * program wrote it), MW_STORE_SCHEMA_FOREIGN (somebody else's tables) or MW_STORE_MIGRATION_FAILED.
 */
export async function migrate(database: OpenDatabase, migrations: Migration[]): Promise<number[]> {
  await refuseOldServer(database);
  return oneProcessAtATime(database, "migrate", () => applyMissing(database, migrations));
}

/** The number of the last migration that was applied; 0 for an empty database. Changes nothing. */
export async function readSchemaVersion(database: Database): Promise<number> {
  const [found] = await database.query<{ exists: boolean }>(
    "select to_regclass('schema_migrations') is not null as exists",
  );
  if (!found?.exists) return 0;
  const [last] = await database.query<{ number: number | null }>("select max(number) as number from schema_migrations");
  return last?.number ?? 0;
}

async function refuseOldServer(database: Database): Promise<void> {
  const [server] = await database.query<{ number: number; version: string }>(
    "select current_setting('server_version_num')::int as number, current_setting('server_version') as version",
  );
  if (server === undefined || server.number >= OLDEST_SERVER) return;
  throw midwatchError("MW_STORE_TOO_OLD", { version: server.version });
}

async function applyMissing(database: Database, migrations: Migration[]): Promise<number[]> {
  const found = await readSchemaVersion(database);
  const known = migrations.length;
  if (found > known) throw midwatchError("MW_STORE_SCHEMA_NEWER", { found, known });
  if (found === 0) await refuseForeignTables(database);
  const missing = migrations.slice(found);
  for (const migration of missing) await apply(database, migration);
  return missing.map(({ number }) => number);
}

async function apply(database: Database, { number, name, sql }: Migration): Promise<void> {
  try {
    await database.transaction(async (transaction) => {
      await transaction.query(
        `create table if not exists schema_migrations (
           number integer primary key, name text not null, applied_at timestamptz not null default now())`,
      );
      await transaction.query(sql);
      await transaction.query("insert into schema_migrations (number, name) values ($1, $2)", [number, name]);
    });
  } catch (cause) {
    if (isMidwatchError(cause) || sqlStateOf(cause) === insufficientPrivilege) throw cause;
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw midwatchError("MW_STORE_MIGRATION_FAILED", { number, name, problem }, cause);
  }
}

/** Extensions bring tables of their own; those do not count. */
async function refuseForeignTables(database: Database): Promise<void> {
  const foreign = await database.query<{ database: string }>(
    `select current_database() as database from pg_class c
     where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and c.relname <> 'schema_migrations'
       and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
     limit 1`,
  );
  const [first] = foreign;
  if (first !== undefined) throw midwatchError("MW_STORE_SCHEMA_FOREIGN", { database: first.database });
}
