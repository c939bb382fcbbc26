import pg from "pg";
import { midwatchError } from "../core/errors.ts";
import type { Instant } from "../core/window.ts";

/** Asks questions of PostgreSQL, inside or outside a transaction. What every function of the store takes. */
export type Database = {
  /** Rows as PostgreSQL gives them: instants are milliseconds, `jsonb` is parsed, `bigint` is a number. */
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[], options?: QueryOptions): Promise<Row[]>;
  /** Everything or nothing. Inside a transaction: part of that one. The work may not be repeated, so it never is. */
  transaction<Result>(work: (transaction: Database) => Promise<Result>): Promise<Result>;
};

type QueryOptions = {
  /**
   * Parsed and planned once a connection, under this name, which belongs to this text alone: for large statements that
   * are asked a hundred times a second.
   */
  prepareAs?: string;
};

/** A database with its pool of connections; whoever opens it closes it. */
export type OpenDatabase = Database & {
  pool: pg.Pool;
  /** `postgresql://…` or a configuration object, as given. */
  settings: DatabaseSettings;
  close(): Promise<void>;
};

type DatabaseSettings = {
  connection: pg.PoolConfig | string;
  /** 10 where not given. */
  poolSize?: number;
  /** Shown in `pg_stat_activity`. */
  applicationName?: string;
  /** A statement that runs longer is given up; 30 s where not given. */
  statementTimeoutMilliseconds?: number;
  /** Told about idle connections that broke; the pool opens new ones by itself. */
  onConnectionLost?: (problem: string) => void;
};

/** Opens a pool; connects lazily. Throws nothing: a database that is away is found out by the first query. */
export function openDatabase(settings: DatabaseSettings): OpenDatabase {
  const connection =
    typeof settings.connection === "string" ? { connectionString: settings.connection } : settings.connection;
  const pool = new pg.Pool({
    max: settings.poolSize ?? 10,
    application_name: settings.applicationName ?? "midwatch",
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 60_000,
    statement_timeout: settings.statementTimeoutMilliseconds ?? 30_000,
    idle_in_transaction_session_timeout: 30_000, // a process that is suspended must not hold locks for ever
    allowExitOnIdle: true,
    types: { getTypeParser },
    ...connection,
  });
  pool.on("error", (error) => settings.onConnectionLost?.(error.message));
  return {
    pool,
    settings,
    query: (text, values, options) => run(pool, text, values, options),
    transaction: (work) => inTransaction(pool, work),
    close: () => pool.end(),
  };
}

async function run<Row extends pg.QueryResultRow>(
  client: pg.Pool | pg.PoolClient,
  text: string,
  values?: unknown[],
  { prepareAs }: QueryOptions = {},
): Promise<Row[]> {
  try {
    if (prepareAs === undefined) return (await client.query<Row>(text, values)).rows;
    return (await client.query<Row>({ name: prepareAs, text, ...(values ? { values } : {}) })).rows;
  } catch (error) {
    throw explain(error);
  }
}

async function inTransaction<Result>(pool: pg.Pool, work: (transaction: Database) => Promise<Result>): Promise<Result> {
  const client = await pool.connect().catch((error: unknown) => {
    throw explain(error);
  });
  let broken: Error | undefined;
  const markBroken = (error: Error) => {
    broken = error; // the server went away between two statements; the next one fails
  };
  client.on("error", markBroken);
  try {
    await run(client, "begin");
    const transaction: Database = {
      query: (text, values, options) => run(client, text, values, options),
      transaction: (inner) => inner(transaction),
    };
    const result = await work(transaction);
    await run(client, "commit");
    return result;
  } catch (error) {
    await client.query("rollback").catch(markBroken);
    throw error;
  } finally {
    client.off("error", markBroken);
    client.release(broken);
  }
}

/** A full disk or a server that is away gets our code; everything else stays what it is. */
function explain(error: unknown): unknown {
  const code = sqlStateOf(error);
  if (code === "53100") return midwatchError("MW_DISK_FULL", { directory: "the database" }, error);
  const isAway = code === undefined ? false : /^(08|57P)/.test(code) || awayCodes.has(code);
  const isCut =
    error instanceof Error && /Connection terminated|timeout exceeded when trying to connect/.test(error.message);
  if (!isAway && !isCut) return error;
  return midwatchError("MW_STORE_UNREACHABLE", { where: "the configured address", problem: messageOf(error) }, error);
}

const awayCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOENT",
  "EPIPE",
  "ENOTFOUND",
  "EHOSTUNREACH",
  "ETIMEDOUT",
  "53300",
]);

/** SQLSTATE (five characters) or Node's code; undefined where the error has none. */
export function sqlStateOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

export const uniqueViolation = "23505";
export const insufficientPrivilege = "42501";

function messageOf(error: unknown): string {
  return error instanceof Error && error.message !== "" ? error.message : String(sqlStateOf(error) ?? error);
}

/** For a `timestamptz` parameter. */
export function toTimestamp(instant: Instant): Date;
export function toTimestamp(instant: Instant | null): Date | null;
export function toTimestamp(instant: Instant | null): Date | null {
  return instant === null ? null : new Date(instant);
}

/**
 * For a `jsonb` parameter. PostgreSQL refuses the character zero and halves of surrogate pairs, both of which text from
 * outside may contain: they become the replacement character.
 */
export function toJson(value: unknown): string {
  const text = JSON.stringify(value) ?? "null";
  if (!/\\u(0000|d[89a-f])/i.test(text)) return text;
  return JSON.stringify(value, (_key, member: unknown) => {
    if (typeof member === "string") return toText(member);
    if (typeof member !== "object" || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).map(([name, inside]) => [toText(name), inside]));
  });
}

/** For a `text` parameter that comes from outside; see `toJson`. */
export function toText(text: string): string {
  return text.replaceAll("\0", "\ufffd").replace(loneSurrogate, "\ufffd");
}

const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** `pg` would answer with Date objects and with text for `bigint`. */
const parsers = new Map<number, (text: string) => unknown>([
  [pg.types.builtins.INT8, Number],
  [pg.types.builtins.TIMESTAMPTZ, (text) => pg.types.getTypeParser(pg.types.builtins.TIMESTAMPTZ)(text)?.getTime()],
]);

function getTypeParser(oid: number, format?: "text" | "binary"): unknown {
  const own = format === "binary" ? undefined : parsers.get(oid);
  return own ?? pg.types.getTypeParser(oid, format as "text");
}
