import { setTimeout as sleep } from "node:timers/promises";
import { midwatchError } from "../core/errors.ts";
import type { OpenDatabase } from "./database.ts";

/** What only one process at a time may do in a database. Arbitrary numbers that nobody else uses there. */
const locks = { migrate: 0x2f5a_91c3, "launch-durable-engine": 0x2f5a_91c4 };

const askAgainMilliseconds = 50;
/** Migrations of a large database take minutes; a process that is suspended would hold the lock for ever. */
const patienceSeconds = 600;

/**
 * Does `work` while no other process does the same in this database. Asks for the lock again and again, because a
 * statement that waits for it would itself be waited for by `create index concurrently` of the one that has it. The
 * lock is of a connection, so it ends with its process. Throws what `work` throws, and MW_STORE_BUSY when its turn
 * does not come.
 */
export async function oneProcessAtATime<Result>(
  database: OpenDatabase,
  what: keyof typeof locks,
  work: () => Promise<Result>,
  patience = patienceSeconds,
): Promise<Result> {
  const client = await database.pool.connect();
  let broken: Error | undefined;
  const markBroken = (error: Error) => {
    broken = error; // nobody listens to a connection that is out of its pool
  };
  client.on("error", markBroken);
  try {
    for (const deadline = Date.now() + patience * 1000; ; await sleep(askAgainMilliseconds)) {
      const { rows } = await client.query<{ taken: boolean }>("select pg_try_advisory_lock($1) as taken", [
        locks[what],
      ]);
      if (rows[0]?.taken) break;
      if (Date.now() > deadline) throw midwatchError("MW_STORE_BUSY", { seconds: patience });
    }
    try {
      return await work();
    } finally {
      await client.query("select pg_advisory_unlock($1)", [locks[what]]).catch(markBroken);
    }
  } finally {
    client.off("error", markBroken);
    client.release(broken);
  }
}
