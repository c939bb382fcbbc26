import type { Instant, Window } from "../core/window.ts";
import type { Change } from "../core/workload.ts";
import { type Database, toJson, toTimestamp } from "./database.ts";

/** Known by id: a change that is told twice, or told better later, is one change. Returns how many were new. */
export async function storeChanges(database: Database, changes: Change[], accessLabel = "everyone"): Promise<number> {
  const distinct = [...new Map(changes.map((change) => [change.id, change])).values()];
  const rows = distinct.map((change) => ({
    id: change.id,
    source: change.source,
    kind: change.kind,
    at: toTimestamp(change.at),
    entity_ids: change.entityIds,
    change,
  }));
  const written = await database.query<{ is_new: boolean }>(
    `insert into changes (id, source, kind, at, entity_ids, change, access_label)
     select id, source, kind, at, entity_ids, change, $2
     from jsonb_to_recordset($1::jsonb) as g(id text, source text, kind text, at timestamptz, entity_ids text[], change jsonb)
     order by id
     on conflict (id) do update set kind = excluded.kind, at = excluded.at, entity_ids = excluded.entity_ids,
       change = excluded.change
     returning xmax = 0 as is_new`,
    [toJson(rows), accessLabel],
  );
  return written.filter((row) => row.is_new).length;
}

/** In the window, oldest first. `entityIds` undefined: of everything. */
export async function readChanges(
  database: Database,
  question: { window: Window; entityIds?: string[]; accessLabels?: string[]; limit?: number },
): Promise<Change[]> {
  const rows = await database.query<{ change: Change }>(
    `select change from (
       select change, at, id from changes where at >= $1 and at < $2 and ($3::text[] is null or entity_ids && $3)
         and ($4::text[] is null or access_label = any($4)) order by at desc, id desc limit $5
     ) newest order by at, id`,
    [
      toTimestamp(question.window.from),
      toTimestamp(question.window.to),
      question.entityIds ?? null,
      question.accessLabels ?? null,
      question.limit ?? 1000,
    ],
  );
  return rows.map(({ change }) => change);
}

export async function readChange(database: Database, id: string): Promise<Change | undefined> {
  const [row] = await database.query<{ change: Change }>("select change from changes where id = $1", [id]);
  return row?.change;
}

/** How far the reader of a feed has got; undefined before its first time. */
export async function readCursor<Value>(
  database: Database,
  connection: string,
  name: string,
): Promise<Value | undefined> {
  const [row] = await database.query<{ value: Value }>(
    "select value from cursors where connection = $1 and name = $2",
    [connection, name],
  );
  return row?.value;
}

/** In the transaction that stores what was read, so that nothing is skipped. */
export async function moveCursor(
  transaction: Database,
  connection: string,
  name: string,
  value: unknown,
  at: Instant,
): Promise<void> {
  await transaction.query(
    `insert into cursors (connection, name, value, moved_at) values ($1, $2, $3, $4)
     on conflict (connection, name) do update set value = excluded.value, moved_at = excluded.moved_at`,
    [connection, name, toJson(value), toTimestamp(at)],
  );
}
