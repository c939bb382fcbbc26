import type { EntityId } from "../core/entity.ts";
import type { Actor } from "../core/incident-events.ts";
import type { IncomingItem, TriageDecision } from "../core/item.ts";
import type { Instant } from "../core/window.ts";
import { type Database, sqlStateOf, toJson, toText, toTimestamp, uniqueViolation } from "./database.ts";
import { asKnown } from "./known-alerts.ts";
import { channelOf } from "./notifications.ts";

/** `raw`: what was sent, already redacted; null for midwatch's own detections. */
export type ItemToStore = { item: IncomingItem; raw: string | null; accessLabel?: string };

/**
 * What became of an item. `repeated`: known already, with this status; the id is that of the known one. `resolved`: the
 * known one was firing and is over now. A late "firing" for something that is over changes nothing.
 */
export type StoredItem = { id: string; news: "new" | "repeated" | "resolved" };

/**
 * Puts items on disk, many in one commit; answers are in the order of the input. The same fingerprint and start is the
 * same item, however often it is sent; see `asKnown` for those that tell no beginning, or another one with their end. New ones
 * and newly resolved ones wait for triage.
 */
export async function storeItems(database: Database, items: ItemToStore[]): Promise<StoredItem[]> {
  const known = await asKnown(database, items);
  const stored = await writeTwice(
    database,
    known.map(({ entry }) => entry),
  );
  const answers = new Map<number, StoredItem>();
  for (const [index, { place }] of known.entries()) {
    const [before, now] = [answers.get(place), stored[index]!];
    if (before === undefined || before.news === "repeated") answers.set(place, now);
  }
  return items.map((_, place) => answers.get(place)!);
}

async function writeTwice(database: Database, items: ItemToStore[]): Promise<StoredItem[]> {
  try {
    return await writeOnce(database, items);
  } catch (error) {
    // Another sender put the same alert there in the same instant: PostgreSQL settles that for one unique index, identity,
    // and an equal id is still an error. Now that it is there, it is a repeat.
    if (sqlStateOf(error) !== uniqueViolation) throw error;
    return writeOnce(database, items);
  }
}

async function writeOnce(database: Database, items: ItemToStore[]): Promise<StoredItem[]> {
  if (items.length === 0) return [];
  // One statement must not touch a row twice: the last of equal ones counts, the others are repeats of it.
  const distinct = new Map<string, ItemToStore>();
  for (const entry of items)
    distinct.set(identityOf(entry.item), preferResolved(distinct.get(identityOf(entry.item)), entry));
  const rows = [...distinct.values()].map(toColumns);
  const stored = await database.query<{
    fingerprint: string;
    starts_at: Instant;
    id: string;
    news: StoredItem["news"];
  }>(writeItems, [toJson(rows), channelOf("items")], { prepareAs: "write-items" });
  const byIdentity = new Map(stored.map((row) => [`${row.fingerprint} ${row.starts_at}`, row]));
  const answered = new Set<string>();
  return items.map(({ item }) => {
    const row = byIdentity.get(identityOf(item));
    if (row === undefined) throw new Error(`item ${item.id} was not stored`); // contradicts the statement below
    const isFirst = !answered.has(row.id);
    answered.add(row.id);
    return { id: row.id, news: isFirst ? row.news : "repeated" };
  });
}

/** One statement, one round trip, one commit: this is what a storm of alerts waits for. */
const writeItems = `
  with given as (
    select * from jsonb_to_recordset($1::jsonb) as g(
      id text, fingerprint text, starts_at timestamptz, source text, status text, ends_at timestamptz,
      received_at timestamptz, entity_ids text[], item jsonb, raw text, access_label text)
  ), written as (
    insert into incoming_items as i (id, fingerprint, starts_at, source, status, ends_at, received_at, last_seen_at,
                                     entity_ids, item, raw, access_label)
    select id, fingerprint, starts_at, source, status, ends_at, received_at, received_at, entity_ids, item, raw,
           access_label
    from given order by fingerprint, starts_at -- always in one order, so that two senders cannot deadlock
    on conflict (fingerprint, starts_at) do update set
      times_seen = i.times_seen + case when excluded.status = 'firing' then 1 else 0 end, -- its end is no repetition
      last_seen_at = greatest(i.last_seen_at, excluded.last_seen_at),
      last_news = case when excluded.status = 'resolved' and i.status = 'firing' then 'resolved' else 'repeated' end,
      status = case when excluded.status = 'resolved' then 'resolved' else i.status end,
      ends_at = coalesce(i.ends_at, excluded.ends_at),
      item = case when excluded.status = 'resolved' and i.status = 'firing'
                  then i.item || jsonb_build_object('status', 'resolved', 'endsAt', excluded.item -> 'endsAt')
                       || case when excluded.item ? 'endReason'
                               then jsonb_build_object('endReason', excluded.item -> 'endReason') else '{}' end
                  else i.item end,
      triaged_at = case when excluded.status = 'resolved' and i.status = 'firing' then null else i.triaged_at end
    returning i.id, i.fingerprint, i.starts_at, i.last_news as news
  ), told as (
    select pg_notify($2, json_build_object('count', count(*))::text) from written where news <> 'repeated'
    having count(*) > 0
  )
  select id, fingerprint, starts_at, news from written, (select count(*) from told) as told_first`;

/** Keeps what could not be understood, for whoever mends the sender. */
export async function storeRefusedItem(
  database: Database,
  refused: { source: string; receivedAt: Instant; place: string; problem: string; raw: string },
): Promise<void> {
  await database.query(
    "insert into refused_items (source, received_at, place, problem, raw) values ($1, $2, $3, $4, $5)",
    [refused.source, toTimestamp(refused.receivedAt), refused.place, toText(refused.problem), toText(refused.raw)],
  );
}

export type RefusedItem = {
  id: number;
  source: string;
  receivedAt: Instant;
  place: string;
  problem: string;
  raw: string;
};

/** Returns how many. */
export async function deleteRefusedItems(database: Database, before: Instant): Promise<number> {
  const rows = await database.query("delete from refused_items where received_at < $1 returning 1 as one", [
    toTimestamp(before),
  ]);
  return rows.length;
}

/** Newest first. */
export async function listRefusedItems(database: Database, limit: number): Promise<RefusedItem[]> {
  return database.query<RefusedItem>(
    `select id, source, received_at as "receivedAt", place, problem, raw from refused_items order by id desc limit $1`,
    [limit],
  );
}

/**
 * Oldest first. Rows are not locked: in a storm their senders repeat them, and would wait for as long as is decided about
 * them. Whoever decides holds the triage lock, so that no two decide on the same item.
 */
export async function takeUntriagedItems(transaction: Database, limit: number): Promise<IncomingItem[]> {
  const rows = await transaction.query<{ item: IncomingItem }>(
    "select item from incoming_items where triaged_at is null order by received_at, id limit $1",
    [limit],
  );
  return rows.map(({ item }) => item);
}

type DecisionToRecord = TriageDecision & {
  /** What spoke for it, in numbers. */
  grounds: Record<string, unknown>;
  /** Of the item when it was decided about. */
  status?: IncomingItem["status"];
};

/** What a person says of an item that stays where it is. What waits for triage goes on waiting. */
export async function recordWord(transaction: Database, word: DecisionToRecord, actor: Actor): Promise<void> {
  await insertDecisions(transaction, toRows([word]), actor);
}

/**
 * Many decisions in three statements: items stay locked, and senders that repeat them waiting, only until the commit. Later
 * decisions about the same item do not erase earlier ones.
 */
export async function recordTriages(transaction: Database, decisions: DecisionToRecord[], actor: Actor): Promise<void> {
  if (decisions.length === 0) return;
  const rows = toRows(decisions);
  await insertDecisions(transaction, rows, actor);
  // In the order in which senders write them: whoever takes locks in another order than theirs ends in a deadlock.
  await transaction.query(
    "select from incoming_items where id = any($1) order by fingerprint, starts_at for no key update",
    [decisions.map(({ itemId }) => itemId)],
  );
  // What resolved while it was decided about is decided about anew: its end is news.
  await transaction.query(
    `update incoming_items i set triaged_at = d.decided_at, incident_id = coalesce(d.incident_id, i.incident_id)
     from (select distinct on (item_id) item_id, status, decided_at, incident_id
           from jsonb_to_recordset($1::jsonb) as d(${decisionColumns}) order by item_id) d
     where i.id = d.item_id and (d.status is null or i.status = d.status)`,
    [toJson(rows)],
  );
}

const decisionColumns =
  "item_id text, status text, outcome text, incident_id text, reason text, decided_at timestamptz, grounds jsonb";

function toRows(decisions: DecisionToRecord[]): Record<string, unknown>[] {
  return decisions.map(({ itemId, outcome, incidentId, reason, decidedAt, grounds, status }) => ({
    item_id: itemId,
    status: status ?? null,
    outcome,
    incident_id: incidentId,
    reason: toText(reason),
    decided_at: toTimestamp(decidedAt),
    grounds,
  }));
}

async function insertDecisions(transaction: Database, rows: Record<string, unknown>[], actor: Actor): Promise<void> {
  await transaction.query(
    `insert into triage_decisions (item_id, outcome, incident_id, reason, decided_at, actor, grounds)
     select item_id, outcome, incident_id, reason, decided_at, $2::jsonb, grounds
     from jsonb_to_recordset($1::jsonb) as d(${decisionColumns})`,
    [toJson(rows), toJson(actor)],
  );
}

export type RecordedTriage = TriageDecision & { actor: Actor; grounds: Record<string, unknown> };

/** Oldest first. */
export async function readTriage(
  database: Database,
  about: { itemIds: string[] } | { incidentId: string },
): Promise<RecordedTriage[]> {
  const column = "itemIds" in about ? "item_id" : "incident_id";
  return database.query<RecordedTriage>(
    `select item_id as "itemId", outcome, incident_id as "incidentId", reason, decided_at as "decidedAt", actor, grounds
     from triage_decisions where ${column} = any($1) order by id`,
    ["itemIds" in about ? about.itemIds : [about.incidentId]],
  );
}

type ItemRow = { item: IncomingItem; incidentId: string | null; timesSeen: number; lastSeenAt: Instant };

export async function readItem(
  database: Database,
  id: string,
): Promise<(ItemRow & { raw: string | null }) | undefined> {
  const [row] = await database.query<ItemRow & { raw: string | null }>(
    `${selectItems}, raw from incoming_items where id = $1`,
    [id],
  );
  return row;
}

/** Those that exist, in the order asked for: one question, since an incident of a storm has thousands. */
export async function readItems(database: Database, ids: string[]): Promise<ItemRow[]> {
  if (ids.length === 0) return [];
  const rows = await database.query<ItemRow>(`${selectItems} from incoming_items where id = any($1)`, [ids]);
  const found = new Map(rows.map((row) => [row.item.id, row]));
  return ids.flatMap((id) => found.get(id) ?? []);
}

/** Items received since then; kept quiet: those that were folded into what was known or left alone, also when they are over. */
export async function countItems(database: Database, since: Instant): Promise<{ total: number; keptQuiet: number }> {
  const [counts] = await database.query<{ total: number; kept_quiet: number }>(
    `select count(*)::int as total, count(*) filter (where exists (
       select from triage_decisions where item_id = incoming_items.id and outcome in ('joined', 'kept-quiet')
     ) and not exists (
       select from triage_decisions where item_id = incoming_items.id and outcome = 'opened'
     ))::int as kept_quiet
     from incoming_items where received_at >= $1`,
    [toTimestamp(since)],
  );
  return { total: counts?.total ?? 0, keptQuiet: counts?.kept_quiet ?? 0 };
}

/** Newest first. */
export async function listItems(
  database: Database,
  filter: {
    status?: "firing" | "resolved";
    source?: string;
    incidentId?: string;
    receivedSince?: Instant;
    accessLabels?: string[];
  },
  page: { limit: number; before?: { receivedAt: Instant; id: string } },
): Promise<ItemRow[]> {
  return database.query<ItemRow>(
    `${selectItems} from incoming_items
     where ($1::text is null or status = $1) and ($2::text is null or source = $2)
       and ($3::text is null or incident_id = $3) and ($4::timestamptz is null or received_at >= $4)
       and ($5::timestamptz is null or (received_at, id) < ($5, $6))
       and ($8::text[] is null or access_label = any($8))
     order by received_at desc, id desc limit $7`,
    [
      filter.status ?? null,
      filter.source ?? null,
      filter.incidentId ?? null,
      toTimestamp(filter.receivedSince ?? null),
      toTimestamp(page.before?.receivedAt ?? null),
      page.before?.id ?? null,
      page.limit,
      filter.accessLabels ?? null,
    ],
  );
}

/** Which things the latest items were about, whatever else they say: little to read, though a storm asks for it often. */
export async function listItemEntities(
  database: Database,
  receivedSince: Instant,
  limit: number,
): Promise<{ fingerprint: string; entityIds: EntityId[] }[]> {
  return database.query<{ fingerprint: string; entityIds: EntityId[] }>(
    `select fingerprint, entity_ids as "entityIds" from incoming_items where received_at >= $1
     order by received_at desc, id desc limit $2`,
    [toTimestamp(receivedSince), limit],
  );
}

const selectItems = `select item, incident_id as "incidentId", times_seen as "timesSeen", last_seen_at as "lastSeenAt"`;

function identityOf(item: IncomingItem): string {
  return `${toText(item.fingerprint)} ${item.startsAt}`;
}

function preferResolved(earlier: ItemToStore | undefined, later: ItemToStore): ItemToStore {
  return earlier?.item.status === "resolved" ? earlier : later;
}

function toColumns({ item, raw, accessLabel }: ItemToStore): Record<string, unknown> {
  return {
    id: item.id,
    fingerprint: item.fingerprint,
    starts_at: toTimestamp(item.startsAt),
    source: item.source,
    status: item.status,
    ends_at: toTimestamp(item.endsAt),
    received_at: toTimestamp(item.receivedAt),
    entity_ids: item.entityIds,
    item,
    raw,
    access_label: accessLabel ?? "everyone",
  };
}
