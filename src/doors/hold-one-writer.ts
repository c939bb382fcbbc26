import type { OpenDatabase } from "../store/database.ts";

/** First half of the advisory lock's key; see `store/incident-events.ts` and `store/entity-locks.ts` for 1 and 2. */
const writerLock = 3;

/**
 * Waits until no other hand works on this database. The lock is a session's: it goes with the process, however that ends.
 * And it goes with the connection: `onLost` is told then, for another hand may have it from that moment on.
 */
export async function holdOneWriter(
  database: OpenDatabase,
  onLost: (problem: string) => void,
): Promise<{ release(): Promise<void>; isWaitedFor(): Promise<boolean> }> {
  const client = await database.pool.connect();
  let isHeld = true;
  client.on("error", ({ message }) => {
    if (isHeld) onLost(message);
    isHeld = false;
  });
  await client.query("set statement_timeout = 0");
  await client.query("select pg_advisory_lock($1, 0)", [writerLock]);
  return {
    async release() {
      isHeld = false;
      await client.query("select pg_advisory_unlock($1, 0)", [writerLock]).catch(() => {});
      client.release(true);
    },
    /** Another hand stands ready. */
    async isWaitedFor() {
      const rows = await database.query(
        `select 1 as one from pg_locks where locktype = 'advisory' and classid = $1 and objid = 0 and not granted
         and database = (select oid from pg_database where datname = current_database())`,
        [writerLock],
      );
      return rows.length > 0;
    },
  };
}
