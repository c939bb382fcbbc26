import type { EntityId } from "../core/entity.ts";
import type { Action, Outcome } from "../core/plan.ts";
import type { Instant } from "../core/window.ts";
import { type Database, toJson, toText, toTimestamp } from "./database.ts";
import { holdsEntity } from "./entity-locks.ts";
import { holdKillSwitchOpen } from "./kill-switch.ts";

/** The journal of the hand: what it is about to do is here before it is done. */
export type Act = {
  idempotencyKey: string;
  planId: string;
  incidentId: string;
  entityId: EntityId;
  environment: string;
  isUndo: boolean;
  action: Action;
  /** The state before, as read. */
  captured: unknown;
  /** Brings `captured` back; null where nothing does. */
  inverse: Action | null;
  state: ActState;
  preparedAt: Instant;
  executingAt: Instant | null;
  finishedAt: Instant | null;
  outcome: Outcome | null;
  undoState: "none" | "armed" | "disarmed" | "fired";
  undoDueAt: Instant | null;
  undoReason: string | null;
};

/** `executing` after a crash: it may have taken effect; read back, never repeat. */
type ActState = "prepared" | "executing" | "done" | "refused" | "failed" | "unknown";

export type NewAct = Pick<
  Act,
  "idempotencyKey" | "planId" | "incidentId" | "entityId" | "environment" | "isUndo" | "action" | "captured" | "inverse"
> & {
  preparedAt: Instant;
  /** When the inverse runs by itself unless somebody disarms it; null: it is not armed. */
  undoDueAt: Instant | null;
};

/** Writes the intent. The same key a second time answers with the first: look at its state before going on. */
export async function prepareAct(database: Database, act: NewAct): Promise<{ isNew: boolean; act: Act }> {
  const written = await database.query<ActRow>(
    `insert into acts (idempotency_key, plan_id, incident_id, entity_id, environment, is_undo, action, captured, inverse,
                       state, prepared_at, undo_state, undo_due_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'prepared', $10, $11, $12)
     on conflict (idempotency_key) do nothing returning *`,
    [
      act.idempotencyKey,
      act.planId,
      act.incidentId,
      act.entityId,
      act.environment,
      act.isUndo,
      toJson(act.action),
      toJson(act.captured),
      act.inverse === null ? null : toJson(act.inverse),
      toTimestamp(act.preparedAt),
      act.undoDueAt === null ? "none" : "armed",
      toTimestamp(act.undoDueAt),
    ],
  );
  const [row] = written;
  if (row !== undefined) return { isNew: true, act: fromRow(row) };
  const earlier = await readAct(database, act.idempotencyKey);
  if (earlier === undefined) throw new Error(`act ${act.idempotencyKey} was neither written nor found`);
  return { isNew: false, act: earlier };
}

type BeginResult = "begun" | "writes-stopped" | "lock-lost" | "begun-before";

/**
 * The last step before the effect: from prepared to executing, exactly once, only while the kill switch is open and the
 * lock is held. Whoever gets anything but `begun` must not execute.
 */
export async function beginAct(
  database: Database,
  begin: { idempotencyKey: string; token: number; at: Instant },
): Promise<BeginResult> {
  return database.transaction(async (transaction) => {
    const [act] = await transaction.query<ActRow>("select * from acts where idempotency_key = $1 for update", [
      begin.idempotencyKey,
    ]);
    if (act?.state !== "prepared") return "begun-before";
    if (!(await holdKillSwitchOpen(transaction))) return "writes-stopped";
    if (!(await holdsEntity(transaction, act.entity_id, begin.token))) return "lock-lost";
    await transaction.query(
      "update acts set state = 'executing', executing_at = $2, fencing_token = $3 where idempotency_key = $1",
      [begin.idempotencyKey, toTimestamp(begin.at), begin.token],
    );
    return "begun";
  });
}

/** Records how it ended. False where that was recorded before: the first record counts. */
export async function finishAct(database: Database, outcome: Outcome): Promise<boolean> {
  const rows = await database.query(
    `update acts set state = $2, outcome = $3, finished_at = $4,
       undo_state = case when undo_state = 'armed' and $2 in ('refused', 'failed') then 'disarmed' else undo_state end,
       undo_reason = case when undo_state = 'armed' and $2 in ('refused', 'failed') then 'it did not take effect' else undo_reason end
     where idempotency_key = $1 and state in ('prepared', 'executing') returning 1 as one`,
    [outcome.idempotencyKey, outcome.result, toJson(outcome), toTimestamp(outcome.finishedAt)],
  );
  return rows.length > 0;
}

export async function readAct(database: Database, idempotencyKey: string): Promise<Act | undefined> {
  const [row] = await database.query<ActRow>("select * from acts where idempotency_key = $1", [idempotencyKey]);
  return row && fromRow(row);
}

/** Of a plan or an incident, in the order of their preparation. */
export async function listActs(database: Database, of: { planId: string } | { incidentId: string }): Promise<Act[]> {
  const column = "planId" in of ? "plan_id" : "incident_id";
  const rows = await database.query<ActRow>(
    `select * from acts where ${column} = $1 order by prepared_at, idempotency_key`,
    ["planId" in of ? of.planId : of.incidentId],
  );
  return rows.map(fromRow);
}

/** What a hand that died left open; the next one reads back what `executing` ones became. */
export async function listUnfinishedActs(database: Database): Promise<Act[]> {
  const rows = await database.query<ActRow>(
    "select * from acts where state in ('prepared', 'executing') order by prepared_at, idempotency_key",
  );
  return rows.map(fromRow);
}

/** Acts, undos aside, that began at or after `since`: for bounds by the hour. All environments where none is given. */
export async function countActs(database: Database, since: Instant, environment?: string): Promise<number> {
  const [row] = await database.query<{ count: number }>(
    `select count(*) as count from acts
     where executing_at >= $1 and not is_undo and ($2::text is null or environment = $2)`,
    [toTimestamp(since), environment ?? null],
  );
  return row?.count ?? 0;
}

/** Armed inverses whose time has come: nobody confirmed. */
export async function listDueUndos(database: Database, now: Instant): Promise<Act[]> {
  const rows = await database.query<ActRow>(
    "select * from acts where undo_state = 'armed' and undo_due_at <= $1 order by undo_due_at",
    [toTimestamp(now)],
  );
  return rows.map(fromRow);
}

/** Gives verification more time. False where the undo is not armed any more. */
export async function postponeUndo(database: Database, idempotencyKey: string, dueAt: Instant): Promise<boolean> {
  const rows = await database.query(
    "update acts set undo_due_at = $2 where idempotency_key = $1 and undo_state = 'armed' returning 1 as one",
    [idempotencyKey, toTimestamp(dueAt)],
  );
  return rows.length > 0;
}

/** `disarmed`: it helped, or a person decided. `fired`: the undo is on its way. Once, and only one of the two. */
export async function settleUndo(
  database: Database,
  idempotencyKey: string,
  to: "disarmed" | "fired",
  reason: string,
): Promise<boolean> {
  const rows = await database.query(
    "update acts set undo_state = $2, undo_reason = $3 where idempotency_key = $1 and undo_state = 'armed' returning 1 as one",
    [idempotencyKey, to, toText(reason)],
  );
  return rows.length > 0;
}

type ActRow = {
  idempotency_key: string;
  plan_id: string;
  incident_id: string;
  entity_id: string;
  environment: string;
  is_undo: boolean;
  action: Action;
  captured: unknown;
  inverse: Action | null;
  state: ActState;
  prepared_at: Instant;
  executing_at: Instant | null;
  finished_at: Instant | null;
  outcome: Outcome | null;
  undo_state: Act["undoState"];
  undo_due_at: Instant | null;
  undo_reason: string | null;
};

function fromRow(row: ActRow): Act {
  const { environment, action, captured, inverse, state, outcome } = row;
  return {
    idempotencyKey: row.idempotency_key,
    planId: row.plan_id,
    incidentId: row.incident_id,
    entityId: row.entity_id,
    environment,
    isUndo: row.is_undo,
    action,
    captured,
    inverse,
    state,
    preparedAt: row.prepared_at,
    executingAt: row.executing_at,
    finishedAt: row.finished_at,
    outcome,
    undoState: row.undo_state,
    undoDueAt: row.undo_due_at,
    undoReason: row.undo_reason,
  };
}
