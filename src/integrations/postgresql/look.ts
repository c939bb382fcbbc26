import type { DatabaseActivity } from "../../core/observation.ts";
import type { Instant } from "../../core/window.ts";

/** Runs one statement with its values and gives its rows. Throws what PostgreSQL throws. */
export type Session = (text: string, values?: unknown[]) => Promise<Record<string, unknown>[]>;

/** Counters as they stood at one moment; rates are the difference of two. */
export type Snapshot = {
  at: Instant;
  /** Changes when somebody resets the statistics: then differences across it mean nothing. */
  resetAt: string;
  statements: Map<string, { query: string; calls: number; seconds: number; rows: number; blocks: number }>;
  tables: Map<
    string,
    { liveRows: number; deadRows: number; sequentialScans: number; rowsReadSequentially: number; indexScans: number }
  >;
};

type Note = { what: string; wayOut: string; isRight: boolean };

export type Look = {
  version: string;
  hasStatements: boolean;
  snapshot: Snapshot;
  activity: Omit<DatabaseActivity, "entityId" | "statements" | "tables">;
  notes: Note[];
};

const mostStatements = 50;
const mostTables = 100;
const longestQuery = 2000;
/** Text from a query may hold anything; it is cut, and marked as from outside by the reader. */
const queryText = (column: string) => `left(${column}, ${longestQuery})`;

/** One look at everything, in a handful of short statements. What the role may not see is a note, not a failure. */
export async function lookAt(session: Session, at: Instant): Promise<Look> {
  const [about] = await session(
    `select current_setting('server_version') as version,  current_setting('max_connections')::int as most, pg_has_role(current_user, 'pg_read_all_stats', 'usage') as sees_all, current_user as role,
       exists (select from pg_extension where extname = 'pg_stat_statements') as has_statements,
       pg_is_in_recovery() as is_replica`,
  );
  const notes: Note[] = [];
  if (about?.["sees_all"] !== true) {
    notes.push({
      what: "what other sessions do is hidden from this role",
      wayOut: `GRANT pg_monitor TO ${quoteIdentifier(String(about?.["role"] ?? "midwatch"))};`,
      isRight: true,
    });
  }
  const connections = await readConnections(session, Number(about?.["most"] ?? 0));
  const blockers = await readBlockers(session);
  const running = await readRunning(session);
  const statements = about?.["has_statements"] === true ? await readStatements(session, notes) : null;
  if (about?.["has_statements"] !== true) {
    notes.push({
      what: "pg_stat_statements is not installed: statements are known from what runs at the moment only",
      wayOut: "Set shared_preload_libraries = 'pg_stat_statements', restart, then CREATE EXTENSION pg_stat_statements;",
      isRight: false,
    });
  }
  const tables = await readTables(session);
  const [reset] = await session(
    "select coalesce(stats_reset::text, '') as reset from pg_stat_database where datname = current_database()",
  );
  return {
    version: String(about?.["version"] ?? ""),
    hasStatements: statements !== null,
    snapshot: { at, resetAt: String(reset?.["reset"] ?? ""), statements: statements ?? new Map(), tables },
    activity: {
      at,
      connections,
      blockers,
      running,
      replication: await readReplication(session, about?.["is_replica"] === true),
    },
    notes,
  };
}

async function readConnections(session: Session, limit: number): Promise<DatabaseActivity["connections"]> {
  const rows = await session(
    `select coalesce(nullif(application_name, ''), usename, '') as client, coalesce(state, 'hidden') as state, count(*)::int as count
       from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()
       group by 1, 2 order by 3 desc limit 50`,
  );
  const byClient = rows.map((row) => ({
    client: String(row["client"]),
    state: String(row["state"]),
    count: Number(row["count"]),
  }));
  return { used: byClient.reduce((sum, { count }) => sum + count, 0), limit, byClient };
}

/** Those whom others wait for; who waits behind somebody that waits itself counts for the one in front. */
async function readBlockers(session: Session): Promise<DatabaseActivity["blockers"]> {
  const rows = await session(
    `with recursive waits as (
       select waiting.pid as waiter, unnest(pg_blocking_pids(waiting.pid)) as blocker,
              extract(epoch from now() - coalesce(locks.since, waiting.state_change, waiting.query_start)) as seconds
         from pg_stat_activity waiting
         left join lateral (select min(waitstart) as since from pg_locks where pid = waiting.pid and not granted) locks on true
        where waiting.wait_event_type = 'Lock'),
     chain(waiter, blocker, seconds, depth) as (
       select waiter, blocker, seconds, 1 from waits
       union
       select chain.waiter, waits.blocker, chain.seconds, chain.depth + 1 from chain join waits on waits.waiter = chain.blocker where chain.depth < 20)
     select activity.pid, coalesce(nullif(activity.application_name, ''), activity.usename, '') as client, coalesce(activity.state, 'hidden') as state,
            coalesce(extract(epoch from now() - activity.xact_start), 0) as age, ${queryText("activity.query")} as query,
            count(distinct chain.waiter)::int as waiting, max(chain.seconds) as longest,
            (select held.relation::regclass::text from pg_locks held join pg_locks wanted on wanted.relation = held.relation and wanted.database = held.database
               join pg_class class on class.oid = held.relation and class.relkind in ('r', 'p', 'm')
              where held.pid = activity.pid and held.granted and wanted.pid = any (array_agg(chain.waiter)) limit 1) as relation
       from chain join pg_stat_activity activity on activity.pid = chain.blocker
      where not exists (select from waits where waits.waiter = chain.blocker)
      group by activity.pid, activity.application_name, activity.usename, activity.state, activity.xact_start, activity.query
      order by waiting desc, longest desc limit 20`,
  );
  return rows.map((row) => ({
    session: String(row["pid"]),
    client: String(row["client"]),
    state: String(row["state"]),
    transactionAgeSeconds: Number(row["age"]),
    query: String(row["query"] ?? ""),
    relation: row["relation"] === null || row["relation"] === undefined ? null : String(row["relation"]),
    waiting: Number(row["waiting"]),
    longestWaitSeconds: Number(row["longest"] ?? 0),
  }));
}

async function readRunning(session: Session): Promise<DatabaseActivity["running"]> {
  const rows = await session(
    `select pid, coalesce(nullif(application_name, ''), usename, '') as client, extract(epoch from now() - query_start) as seconds,
            case when wait_event is null then null else wait_event_type || ':' || wait_event end as waits, ${queryText("query")} as query
       from pg_stat_activity
      where backend_type = 'client backend' and state = 'active' and pid <> pg_backend_pid() and query_start < now() - interval '1 second'
      order by seconds desc limit 50`,
  );
  return rows.map((row) => ({
    session: String(row["pid"]),
    client: String(row["client"]),
    seconds: Number(row["seconds"]),
    waitEvent: row["waits"] === null || row["waits"] === undefined ? null : String(row["waits"]),
    query: String(row["query"] ?? ""),
  }));
}

/** Of this database only; those that took the most time. */
async function readStatements(session: Session, notes: Note[]): Promise<Snapshot["statements"] | null> {
  try {
    const rows = await session(
      `select queryid::text as id, min(${queryText("query")}) as query, sum(calls)::float8 as calls, sum(total_exec_time)::float8 / 1000 as seconds,
              sum(rows)::float8 as rows, sum(shared_blks_hit + shared_blks_read)::float8 as blocks
         from pg_stat_statements where dbid = (select oid from pg_database where datname = current_database()) and queryid is not null
        group by 1 order by 4 desc limit ${mostStatements * 4}`,
    );
    return new Map(
      rows.map((row) => [
        String(row["id"]),
        {
          query: String(row["query"] ?? ""),
          calls: Number(row["calls"]),
          seconds: Number(row["seconds"]),
          rows: Number(row["rows"]),
          blocks: Number(row["blocks"]),
        },
      ]),
    );
  } catch (thrown) {
    notes.push({
      what: `pg_stat_statements cannot be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
      wayOut: "Load it by shared_preload_libraries and GRANT pg_monitor to the role.",
      isRight: false,
    });
    return null;
  }
}

async function readTables(session: Session): Promise<Snapshot["tables"]> {
  const rows = await session(
    `select schemaname || '.' || relname as name, n_live_tup::float8 as live, n_dead_tup::float8 as dead, coalesce(seq_scan, 0)::float8 as scans,
            coalesce(seq_tup_read, 0)::float8 as read, coalesce(idx_scan, 0)::float8 as indexed
       from pg_stat_user_tables order by coalesce(seq_tup_read, 0) + n_live_tup desc limit ${mostTables}`,
  );
  return new Map(
    rows.map((row) => [
      String(row["name"]).replace(/^public\./, ""),
      {
        liveRows: Number(row["live"]),
        deadRows: Number(row["dead"]),
        sequentialScans: Number(row["scans"]),
        rowsReadSequentially: Number(row["read"]),
        indexScans: Number(row["indexed"]),
      },
    ]),
  );
}

async function readReplication(session: Session, isReplica: boolean): Promise<DatabaseActivity["replication"]> {
  if (isReplica) {
    const rows = await session(
      `select case when pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() then 0 else extract(epoch from now() - pg_last_xact_replay_timestamp()) end as lag`,
    );
    return rows.map((row) => ({
      replica: "this server",
      lagSeconds: row["lag"] === null || row["lag"] === undefined ? null : Number(row["lag"]),
    }));
  }
  const rows = await session(
    "select coalesce(nullif(application_name, ''), client_addr::text, 'replica') as replica, extract(epoch from replay_lag) as lag from pg_stat_replication limit 50",
  );
  return rows.map((row) => ({
    replica: String(row["replica"]),
    lagSeconds: row["lag"] === null || row["lag"] === undefined ? null : Number(row["lag"]),
  }));
}

function quoteIdentifier(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
