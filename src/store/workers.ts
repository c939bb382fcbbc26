import type { Instant } from "../core/window.ts";
import type { Database } from "./database.ts";

/** A process of ours. `host` names machine and process namespace: where `processId` means something. Times are the database's, so that the clocks of the machines do not matter. */
export type Worker = {
  id: string;
  host: string;
  processId: number;
  roles: string[];
  version: string;
  startedAt: Instant;
  heartbeatAt: Instant;
  /** It said goodbye. */
  stoppedAt: Instant | null;
};

export async function registerWorker(
  database: Database,
  worker: Pick<Worker, "id" | "host" | "processId" | "roles" | "version">,
): Promise<void> {
  await database.query(
    `insert into workers (id, host, process_id, roles, version, started_at, heartbeat_at)
     values ($1, $2, $3, $4, $5, clock_timestamp(), clock_timestamp())`,
    [worker.id, worker.host, worker.processId, worker.roles, worker.version],
  );
}

/** False where the worker counts as dead and its work was handed on: it must not go on under this id. */
export async function beat(database: Database, id: string): Promise<boolean> {
  const rows = await database.query(
    `update workers set heartbeat_at = clock_timestamp()
     where id = $1 and taken_over_at is null and stopped_at is null returning 1 as one`,
    [id],
  );
  return rows.length > 0;
}

export async function sayGoodbye(database: Database, id: string): Promise<void> {
  await database.query("update workers set stopped_at = clock_timestamp() where id = $1", [id]);
}

/**
 * Counts workers as dead from now on that were silent for `silentSeconds`, stopped, or are known to be gone (`goneIds`).
 * Their next heartbeat fails. `exceptId`: who asks is alive. Returns the ids that are dead by this.
 */
export async function fenceDeadWorkers(
  database: Database,
  limits: { silentSeconds: number; goneIds: string[]; exceptId: string },
): Promise<string[]> {
  const rows = await database.query<{ id: string }>(
    `update workers set taken_over_at = clock_timestamp()
     where taken_over_at is null and id <> $3
       and (stopped_at is not null or id = any($2)
            or heartbeat_at < clock_timestamp() - make_interval(secs => $1))
     returning id`,
    [limits.silentSeconds, limits.goneIds, limits.exceptId],
  );
  return rows.map(({ id }) => id);
}

/** Those that are not known to be dead. */
export async function listLiveWorkers(database: Database): Promise<Worker[]> {
  return database.query<Worker>(`${selectWorkers} where taken_over_at is null order by started_at desc, id`);
}

/** Newest first; those that ended long ago are left out. */
export async function listWorkers(database: Database): Promise<Worker[]> {
  return database.query<Worker>(
    `${selectWorkers} where heartbeat_at > clock_timestamp() - interval '1 hour' order by started_at desc, id`,
  );
}

/** Forgets workers that have been gone for a day. */
export async function forgetWorkers(database: Database): Promise<void> {
  await database.query("delete from workers where heartbeat_at < clock_timestamp() - interval '1 day'");
}

const selectWorkers = `select id, host, process_id as "processId", roles, version, started_at as "startedAt",
  heartbeat_at as "heartbeatAt", stopped_at as "stoppedAt" from workers`;
