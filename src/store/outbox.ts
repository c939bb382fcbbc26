import type { Message, Receipt } from "../core/message.ts";
import type { Instant } from "../core/window.ts";
import { type Database, toJson, toText, toTimestamp } from "./database.ts";
import { notify } from "./notifications.ts";

/** One message on its way to one channel. */
export type OutboxEntry = {
  message: Message;
  channel: string;
  state: "pending" | "sending" | "sent" | "failed" | "unknown";
  attempts: number;
  nextAttemptAt: Instant | null;
  acknowledgedAt: Instant | null;
  acknowledgedBy: string | null;
};

/**
 * Puts a message on its way, in the transaction of what it tells about. The same key again changes nothing: once per
 * person and matter. Returns the channels that it was not on its way to before.
 */
export async function enqueueMessage(transaction: Database, message: Message, channels: string[]): Promise<string[]> {
  const rows = await transaction.query<{ channel: string }>(
    `insert into outbox (key, channel, incident_id, urgency, message, state, next_attempt_at, created_at)
     select $1, unnest($2::text[]), $3, $4, $5, 'pending', $6, $6 on conflict (key, channel) do nothing returning channel`,
    [message.key, channels, message.incidentId, message.urgency, toJson(message), toTimestamp(message.createdAt)],
  );
  if (rows.length > 0) await notify(transaction, "outbox", { key: message.key });
  return rows.map(({ channel }) => channel);
}

/** Of these incidents, those for which a person was called. */
export async function findPagedIncidents(database: Database, incidentIds: string[]): Promise<Set<string>> {
  if (incidentIds.length === 0) return new Set();
  const rows = await database.query<{ incident_id: string }>(
    "select distinct incident_id from outbox where urgency = 'page' and incident_id = any($1)",
    [incidentIds],
  );
  return new Set(rows.map((row) => row.incident_id));
}

/** For how many incidents a person was called since then. */
export async function countPagedIncidents(database: Database, since: Instant): Promise<number> {
  const [row] = await database.query<{ count: number }>(
    "select count(distinct incident_id)::int as count from outbox where urgency = 'page' and created_at >= $1",
    [toTimestamp(since)],
  );
  return row?.count ?? 0;
}

/**
 * Takes what is due for sending; written down before it is sent. Who takes it has `leaseSeconds` to record its fate.
 * Pages that nobody acknowledged are due again when `recordFate` said so.
 */
export async function takeDueMessages(
  database: Database,
  take: {
    now: Instant;
    limit: number;
    leaseSeconds: number;
    /** All where it is absent. */
    channels?: { only: string } | { notAmong: string[] };
  },
): Promise<OutboxEntry[]> {
  const { channels = { notAmong: [] } } = take;
  const [only, notAmong] = "only" in channels ? [channels.only, []] : [null, channels.notAmong];
  const rows = await database.query<OutboxRow>(
    `update outbox set state = 'sending', attempts = attempts + 1, next_attempt_at = null,
       lease_until = $1::timestamptz + make_interval(secs => $3)
     where (key, channel) in (
       select key, channel from outbox
       where next_attempt_at <= $1 and ($4::text is null or channel = $4) and channel <> all($5::text[])
       order by urgency desc, next_attempt_at limit $2 for update skip locked)
     returning *`,
    [toTimestamp(take.now), take.limit, take.leaseSeconds, only, notAmong],
  );
  return rows.map(fromRow).sort((left, right) => left.message.createdAt - right.message.createdAt);
}

/** Writes the receipt. `nextAttemptAt`: when it goes again (a page not acknowledged, a failure worth repeating). */
export async function recordFate(database: Database, receipt: Receipt, nextAttemptAt: Instant | null): Promise<void> {
  await database.transaction(async (transaction) => {
    await insertReceipt(transaction, receipt);
    await transaction.query(
      `update outbox set state = $3, lease_until = null,
         next_attempt_at = case when acknowledged_at is null then $4::timestamptz end
       where key = $1 and channel = $2`,
      [receipt.messageKey, receipt.channel, receipt.fate, toTimestamp(nextAttemptAt)],
    );
  });
}

/**
 * Settles what a sender that died left `sending`: its fate is unknown. A page goes again, under its one key; a notice
 * does not. Returns the entries, so that the unknown fate is shown.
 */
export async function settleAbandonedSends(database: Database, now: Instant): Promise<OutboxEntry[]> {
  return database.transaction(async (transaction) => {
    const rows = await transaction.query<OutboxRow>(
      `update outbox set state = 'unknown', lease_until = null,
         next_attempt_at = case when urgency = 'page' and acknowledged_at is null then $1::timestamptz end
       where (key, channel) in (
         select key, channel from outbox where state = 'sending' and lease_until < $1 for update skip locked)
       returning *`,
      [toTimestamp(now)],
    );
    const entries = rows.map(fromRow);
    for (const { message, channel, attempts } of entries) {
      const why = "the sender ended before it heard an answer";
      await insertReceipt(transaction, { messageKey: message.key, channel, fate: "unknown", attempts, at: now, why });
    }
    return entries;
  });
}

/** Somebody has it: it goes nowhere again. False where there is no such message, or it was acknowledged before. */
export async function acknowledgeMessage(
  database: Database,
  key: string,
  person: string,
  at: Instant,
): Promise<boolean> {
  const rows = await database.query(
    `update outbox set acknowledged_at = $3, acknowledged_by = $2, next_attempt_at = null
     where key = $1 and acknowledged_at is null returning 1 as one`,
    [key, toText(person), toTimestamp(at)],
  );
  return rows.length > 0;
}

/** Oldest first. */
export async function listMessages(database: Database, incidentId: string): Promise<OutboxEntry[]> {
  const rows = await database.query<OutboxRow>(
    "select * from outbox where incident_id = $1 order by created_at, key, channel",
    [incidentId],
  );
  return rows.map(fromRow);
}

/** Oldest first. */
export async function readReceipts(database: Database, key: string): Promise<Receipt[]> {
  return database.query<Receipt>(
    `select key as "messageKey", channel, fate, attempt as attempts, at, why from receipts where key = $1 order by id`,
    [key],
  );
}

async function insertReceipt(transaction: Database, receipt: Receipt): Promise<void> {
  await transaction.query(
    "insert into receipts (key, channel, fate, attempt, at, why) values ($1, $2, $3, $4, $5, $6)",
    [
      receipt.messageKey,
      receipt.channel,
      receipt.fate,
      receipt.attempts,
      toTimestamp(receipt.at),
      receipt.why === null ? null : toText(receipt.why),
    ],
  );
}

type OutboxRow = {
  message: Message;
  channel: string;
  state: OutboxEntry["state"];
  attempts: number;
  next_attempt_at: Instant | null;
  acknowledged_at: Instant | null;
  acknowledged_by: string | null;
};

function fromRow(row: OutboxRow): OutboxEntry {
  const { message, channel, state, attempts } = row;
  return {
    message,
    channel,
    state,
    attempts,
    nextAttemptAt: row.next_attempt_at,
    acknowledgedAt: row.acknowledged_at,
    acknowledgedBy: row.acknowledged_by,
  };
}

/** Removes messages whose fate is known, with their receipts; what is still on its way stays. Returns how many. */
export async function deleteOldMessages(database: Database, before: Instant): Promise<number> {
  return database.transaction(async (transaction) => {
    const rows = await transaction.query<{ key: string; channel: string }>(
      `delete from outbox where created_at < $1 and next_attempt_at is null and state <> 'sending'
       returning key, channel`,
      [toTimestamp(before)],
    );
    await transaction.query(
      "delete from receipts r where at < $1 and not exists (select from outbox o where o.key = r.key and o.channel = r.channel)",
      [toTimestamp(before)],
    );
    return rows.length;
  });
}
