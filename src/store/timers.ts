import type { Instant } from "../core/window.ts";
import { type Database, toJson, toTimestamp } from "./database.ts";
import { notify } from "./notifications.ts";

/** Work that is due at a time. Waiting is a row, so a new release cannot strand it. */
type Timer = { incidentId: string; what: string; dueAt: Instant; details: Record<string, unknown> };

/** Sets or moves it: one timer for each matter of an incident. */
export async function setTimer(database: Database, timer: Timer): Promise<void> {
  await database.query(
    `insert into timers (incident_id, what, due_at, details) values ($1, $2, $3, $4)
     on conflict (incident_id, what) do update set due_at = excluded.due_at, details = excluded.details`,
    [timer.incidentId, timer.what, toTimestamp(timer.dueAt), toJson(timer.details)],
  );
  await notify(database, "timers", { incidentId: timer.incidentId });
}

/** Nothing happens where it is not set. `what` undefined: all of the incident. */
export async function cancelTimer(database: Database, incidentId: string, what?: string): Promise<void> {
  await database.query("delete from timers where incident_id = $1 and ($2::text is null or what = $2)", [
    incidentId,
    what ?? null,
  ]);
}

/**
 * What is due, most overdue first. They stay until cancelled: whoever starts the work cancels them when it is recorded,
 * and a start twice meets the activity's own id.
 */
export async function listDueTimers(database: Database, now: Instant, limit: number): Promise<Timer[]> {
  return database.query<Timer>(
    `select incident_id as "incidentId", what, due_at as "dueAt", details from timers
     where due_at <= $1 order by due_at, incident_id, what limit $2`,
    [toTimestamp(now), limit],
  );
}

/** When the next timer after `now` is due; undefined where none waits. */
export async function nextTimerAt(database: Database, now: Instant): Promise<Instant | undefined> {
  const [row] = await database.query<{ at: Instant | null }>("select min(due_at) as at from timers where due_at > $1", [
    toTimestamp(now),
  ]);
  return row?.at ?? undefined;
}
