import { createHash } from "node:crypto";
import { canonicalJson } from "../core/canonical-json.ts";
import type { Actor } from "../core/incident-events.ts";
import type { Instant } from "../core/window.ts";
import { type Database, toJson, toTimestamp } from "./database.ts";

/** What is chained: everything that changed the world or decided that it may be changed. */
type AuditKind =
  | "act" // a write: prepared, executed, finished
  | "ruling"
  | "approval"
  | "policy-changed"
  | "configuration-changed"
  | "kill-switch"
  | "access"; // sign-ins, tokens, roles

export type AuditEntry = { at: Instant; kind: AuditKind; actor: Actor; subject: string; body: Record<string, unknown> };
export type ChainedEntry = AuditEntry & { number: number; previousHash: string };
/** `number` 0 and an empty hash: nothing was written yet. */
export type AuditHead = { number: number; hash: string };

/**
 * Adds an entry, in the transaction of what it is about. Entries of all processes form one chain, so this waits for other
 * transactions that have added one: keep those short.
 */
export async function appendAudit(transaction: Database, entry: AuditEntry): Promise<AuditHead> {
  return transaction.transaction(async (inner) => {
    const [head] = await inner.query<AuditHead>("select number, hash from audit_head for update");
    if (head === undefined) throw new Error("the audit has lost its head row");
    const number = head.number + 1;
    // Through JSON once, so that what is hashed is what PostgreSQL can store.
    const clean = JSON.parse(toJson({ ...entry, number, previousHash: head.hash })) as ChainedEntry;
    const text = canonicalJson(clean);
    const hash = hashOf(text);
    await inner.query(
      "insert into audit_entries (number, at, kind, subject, entry, hash) values ($1, $2, $3, $4, $5, $6)",
      [number, toTimestamp(entry.at), clean.kind, clean.subject, text, hash],
    );
    await inner.query("update audit_head set number = $1, hash = $2", [number, hash]);
    return { number, hash };
  });
}

/** For the anchor outside the database. */
export async function readAuditHead(database: Database): Promise<AuditHead> {
  const [head] = await database.query<AuditHead>("select number, hash from audit_head");
  return head ?? { number: 0, hash: "" };
}

export async function listAudit(
  database: Database,
  filter: { subject?: string; kind?: AuditKind; afterNumber?: number; limit: number },
): Promise<ChainedEntry[]> {
  const rows = await database.query<{ entry: string }>(
    `select entry from audit_entries
     where ($1::text is null or subject = $1) and ($2::text is null or kind = $2) and number > $3 order by number limit $4`,
    [filter.subject ?? null, filter.kind ?? null, filter.afterNumber ?? 0, filter.limit],
  );
  return rows.map(({ entry }) => JSON.parse(entry) as ChainedEntry);
}

type AuditVerification = { kind: "intact"; head: AuditHead } | { kind: "broken"; number: number; problem: string };

/**
 * Walks the whole chain. `anchors`: heads that were written down outside; each must still be in the chain, which shows
 * when the end was cut off or all of it written anew.
 */
export async function verifyAudit(database: Database, anchors: AuditHead[] = []): Promise<AuditVerification> {
  const anchored = new Map(anchors.filter(({ number }) => number > 0).map(({ number, hash }) => [number, hash]));
  let last: AuditHead = { number: 0, hash: "" };
  for (;;) {
    const rows = await database.query<EntryRow>(
      "select number, at, kind, subject, entry, hash from audit_entries where number > $1 order by number limit 1000",
      [last.number],
    );
    for (const row of rows) {
      const problem = problemOf(row, last, anchored.get(row.number));
      if (problem !== undefined) return { kind: "broken", number: row.number, problem };
      last = { number: row.number, hash: row.hash };
    }
    if (rows.length === 0) break;
  }
  const head = await readAuditHead(database);
  if (head.number < last.number || (head.number === last.number && head.hash !== last.hash)) {
    return { kind: "broken", number: head.number, problem: "the head does not belong to the last entry" };
  }
  const furthest = Math.max(head.number, ...anchored.keys());
  if (furthest > last.number)
    return { kind: "broken", number: last.number + 1, problem: "entries at the end are missing" };
  return { kind: "intact", head: last };
}

type EntryRow = { number: number; at: Instant; kind: string; subject: string; entry: string; hash: string };

function problemOf(row: EntryRow, previous: AuditHead, anchoredHash: string | undefined): string | undefined {
  if (row.number !== previous.number + 1) return "an entry before it is missing";
  if (hashOf(row.entry) !== row.hash) return "its text is not what was hashed";
  const entry = JSON.parse(row.entry) as ChainedEntry;
  if (entry.previousHash !== previous.hash || entry.number !== row.number)
    return "it does not follow from the one before";
  if (entry.kind !== row.kind || entry.subject !== row.subject || entry.at !== row.at)
    return "its columns differ from its text";
  if (anchoredHash !== undefined && anchoredHash !== row.hash) return "its hash is not the anchored one";
  return undefined;
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Counts reads, model calls and the like by what they refer to; the door sums up a while before it calls this. */
export async function countUses(
  database: Database,
  at: Instant,
  uses: { kind: string; reference: string; count: number }[],
): Promise<void> {
  if (uses.length === 0) return;
  await database.query(
    `insert into audit_counts (day, kind, reference, count)
     select ($2::timestamptz at time zone 'UTC')::date, kind, reference, sum(count)
     from jsonb_to_recordset($1::jsonb) as g(kind text, reference text, count bigint) group by kind, reference order by 2, 3
     on conflict (day, kind, reference) do update set count = audit_counts.count + excluded.count`,
    [toJson(uses), toTimestamp(at)],
  );
}

/** `day` as YYYY-MM-DD, UTC. */
export async function readUses(
  database: Database,
  kind: string,
): Promise<{ day: string; reference: string; count: number }[]> {
  return database.query(
    "select to_char(day, 'YYYY-MM-DD') as day, reference, count from audit_counts where kind = $1 order by 1, 2",
    [kind],
  );
}
