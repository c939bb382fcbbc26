import type { Action } from "../core/plan.ts";
import type { Instant } from "../core/window.ts";
import { type Database, toJson, toText, toTimestamp } from "./database.ts";
import { notify } from "./notifications.ts";

/** What the hand is asked: nothing but ids and, for a dry run, a typed action. It reads the rest from the log itself. */
export type ActRequest = {
  key: string;
  kind: "dry-run" | "execute" | "undo";
  incidentId: string;
  planId: string | null;
  action: Action | null;
  reason: string;
  requestedAt: Instant;
  expiresAt: Instant;
  takenAt: Instant | null;
  steps: ActStep[];
  /** `DryRun` or `Outcome`; null until answered. */
  answer: unknown;
};

type ActStep = { name: string; at: Instant; detail: string | null };

/** Asks once: the same key again changes nothing. */
export async function askHand(
  database: Database,
  request: Omit<ActRequest, "takenAt" | "steps" | "answer">,
): Promise<void> {
  await database.transaction(async (transaction) => {
    await transaction.query(
      `insert into act_requests (key, kind, incident_id, plan_id, action, reason, requested_at, expires_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (key) do nothing`,
      [
        request.key,
        request.kind,
        request.incidentId,
        request.planId,
        request.action === null ? null : toJson(request.action),
        toText(request.reason),
        toTimestamp(request.requestedAt),
        toTimestamp(request.expiresAt),
      ],
    );
    await notify(transaction, "act-requests", { key: request.key });
  });
}

export async function readActRequest(database: Database, key: string): Promise<ActRequest | undefined> {
  const [row] = await database.query<ActRequest>(`${selectRequests} where key = $1`, [key]);
  return row;
}

/** What is not answered yet, oldest first: also what a hand that died had taken. */
export async function listOpenActRequests(database: Database): Promise<ActRequest[]> {
  return database.query<ActRequest>(`${selectRequests} where answered_at is null order by requested_at, key`);
}

/** From now on nobody can take the request back. False where it was answered (or taken back) before. */
export async function takeActRequest(database: Database, key: string, at: Instant): Promise<boolean> {
  const rows = await database.query(
    `update act_requests set taken_at = coalesce(taken_at, $2) where key = $1 and answered_at is null returning 1 as one`,
    [key, toTimestamp(at)],
  );
  return rows.length > 0;
}

/** Answers in place of a hand that has not begun. False where it has begun, or answered. */
export async function takeBackActRequest(
  database: Database,
  key: string,
  answer: unknown,
  at: Instant,
): Promise<boolean> {
  const rows = await database.query(
    `update act_requests set answer = $2, answered_at = $3
     where key = $1 and taken_at is null and answered_at is null returning 1 as one`,
    [key, toJson(answer), toTimestamp(at)],
  );
  return rows.length > 0;
}

export async function recordActStep(database: Database, key: string, step: ActStep): Promise<void> {
  await database.query("update act_requests set steps = steps || $2::jsonb where key = $1", [key, toJson([step])]);
}

/** The first answer counts. */
export async function answerActRequest(database: Database, key: string, answer: unknown, at: Instant): Promise<void> {
  await database.query("update act_requests set answer = $2, answered_at = $3 where key = $1 and answered_at is null", [
    key,
    toJson(answer),
    toTimestamp(at),
  ]);
  await notify(database, "act-requests", { key });
}

/** Writes that began at or after `since`, newest first: for bounds by the hour. */
export async function listRecentWrites(
  database: Database,
  since: Instant,
): Promise<{ at: Instant; action: Action; isUndo: boolean }[]> {
  return database.query<{ at: Instant; action: Action; isUndo: boolean }>(
    `select executing_at as at, action, is_undo as "isUndo" from acts where executing_at >= $1 order by executing_at desc`,
    [toTimestamp(since)],
  );
}

/** True when midwatch has raised the processor limit of it and not taken that back: a person did not set the present one. */
export async function hasRaisedProcessorLimit(database: Database, entityId: string): Promise<boolean> {
  const rows = await database.query(
    `select 1 as one from acts a where entity_id = $1 and not is_undo and state = 'done'
       and action ->> 'kind' = 'raise-limit' and action -> 'parameters' ? 'cpuCores'
       and not exists (select from acts u where u.plan_id = a.plan_id and u.is_undo and u.state = 'done') limit 1`,
    [entityId],
  );
  return rows.length > 0;
}

/**
 * The last time a fix was measured as having made it worse, and nobody has released writes since: releasing the kill
 * switch is how a person says that automation may go on. Null: none.
 */
export async function readUnreleasedHarm(database: Database): Promise<{ at: Instant; sentence: string } | null> {
  const [row] = await database.query<{ at: Instant; sentence: string }>(
    `select e.at, e.body -> 'verification' ->> 'sentence' as sentence from incident_events e, kill_switch k
     where e.type = 'verification-looked' and e.body -> 'verification' ->> 'result' = 'worse'
       and (k.is_engaged or e.at > k.changed_at)
     order by e.at desc limit 1`,
  );
  return row ?? null;
}

const selectRequests = `select key, kind, incident_id as "incidentId", plan_id as "planId", action, reason,
  requested_at as "requestedAt", expires_at as "expiresAt", taken_at as "takenAt", steps, answer from act_requests`;
