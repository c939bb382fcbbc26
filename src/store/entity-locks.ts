import type { EntityId } from "../core/entity.ts";
import type { Instant } from "../core/window.ts";
import type { Database } from "./database.ts";

/** Times of locks are the database's, so that the clocks of the holders do not matter. */
type LockResult = { kind: "taken"; token: number } | { kind: "held"; entityId: EntityId; by: string; until: Instant };

/**
 * Takes all of these entities for `holder`, or none. A lock that its holder has not renewed in time is taken over. The
 * token is higher than that of every earlier holder: what acts for a lock shows it, and who lost the lock is refused.
 */
export async function takeEntityLocks(
  database: Database,
  request: { entityIds: EntityId[]; holder: string; seconds: number },
): Promise<LockResult> {
  const entityIds = [...new Set(request.entityIds)].sort();
  return database.transaction(async (transaction) => {
    // Two who want the same entities wait here for each other, in one order.
    for (const id of entityIds) {
      await transaction.query("select pg_advisory_xact_lock($1, hashtext($2))", [LOCK_OF_LOCKS, id]);
    }
    const [held] = await transaction.query<{ entityId: string; by: string; until: Instant }>(
      `select entity_id as "entityId", holder as by, expires_at as until from entity_locks
       where entity_id = any($1) and holder <> $2 and expires_at > clock_timestamp() order by expires_at desc limit 1`,
      [entityIds, request.holder],
    );
    if (held !== undefined) return { kind: "held", ...held };
    const [row] = await transaction.query<{ token: number }>("select nextval('fencing_tokens') as token");
    const token = row?.token ?? 0;
    await transaction.query(
      `insert into entity_locks (entity_id, holder, token, expires_at)
       select unnest($1::text[]), $2, $3, clock_timestamp() + make_interval(secs => $4)
       on conflict (entity_id) do update set holder = excluded.holder, token = excluded.token, expires_at = excluded.expires_at`,
      [entityIds, request.holder, token, request.seconds],
    );
    return { kind: "taken", token };
  });
}

const LOCK_OF_LOCKS = 2;

/** False where the lock was lost meanwhile: stop what you do for it. */
export async function renewEntityLocks(database: Database, token: number, seconds: number): Promise<boolean> {
  const rows = await database.query(
    `update entity_locks set expires_at = clock_timestamp() + make_interval(secs => $2)
     where token = $1 and expires_at > clock_timestamp() returning 1 as one`,
    [token, seconds],
  );
  return rows.length > 0;
}

/** Nothing happens where the lock was lost meanwhile. */
export async function releaseEntityLocks(database: Database, token: number): Promise<void> {
  await database.query("delete from entity_locks where token = $1", [token]);
}

/** Does this token hold the entity now? Inside a transaction it then stays so until the end of it. */
export async function holdsEntity(transaction: Database, entityId: EntityId, token: number): Promise<boolean> {
  const rows = await transaction.query(
    "select 1 as one from entity_locks where entity_id = $1 and token = $2 and expires_at > clock_timestamp() for share",
    [entityId, token],
  );
  return rows.length > 0;
}
