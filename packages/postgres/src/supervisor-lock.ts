import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { SUPERUSER } from "./data-directory.ts";
import { PostgresError } from "./postgres-error.ts";
import { SOCKET_PORT } from "./runtime-directory.ts";

/** Two numbers that nobody else uses in database `postgres`: "midw", "atch". */
const LOCK_KEY = [0x6d696477, 0x61746368] as const;

/** The previous supervisor may just be on its way out. */
const PATIENCE_MILLISECONDS = 1500;

/**
 * One supervisor per cluster. The lock is held by a connection, so that it ends with the process that holds it,
 * however that one ends; there is no lock file to go stale.
 */
export interface SupervisorLock {
  client: pg.Client;
  /** Fulfilled when the connection breaks without `release`: the server died, or somebody ended our backend. */
  whenLost: Promise<void>;
  release(): Promise<void>;
  /** From now on holding the lock does not keep the process alive. Questions through `client` come before. */
  letProcessEnd(): void;
}

/** Takes the lock of a running cluster. Throws LOCKED_BY_OTHER where a living supervisor has it. */
export async function takeSupervisorLock(socketDirectory: string, dataDirectory: string): Promise<SupervisorLock> {
  const client = new pg.Client({
    host: socketDirectory,
    port: SOCKET_PORT,
    user: SUPERUSER,
    database: "postgres",
    ssl: false,
    application_name: `midwatch supervisor, process ${process.pid}`,
  });
  let isReleased = false;
  const whenLost = new Promise<void>((resolve) => {
    const lost = () => {
      if (!isReleased) resolve();
    };
    client.on("error", lost);
    client.on("end", lost);
  });
  const release = async () => {
    isReleased = true;
    await client.end().catch(() => {});
  };
  await client.connect();
  const deadline = Date.now() + PATIENCE_MILLISECONDS;
  for (;;) {
    const answer = await client.query<{ taken: boolean }>("select pg_try_advisory_lock($1, $2) as taken", [
      ...LOCK_KEY,
    ]);
    if (answer.rows[0]?.taken) break;
    if (Date.now() > deadline) {
      const holder = await holderOf(client);
      await release();
      throw new PostgresError(
        "LOCKED_BY_OTHER",
        `${dataDirectory} is in use by another instance (${holder}).`,
        "Stop that instance first, or start this one with another data directory.",
        { details: { directory: dataDirectory, pid: Number(/process (\d+)/.exec(holder)?.[1] ?? 0) } },
      );
    }
    await sleep(50);
  }
  return { client, whenLost, release, letProcessEnd: () => unref(client) };
}

async function holderOf(client: pg.Client): Promise<string> {
  const answer = await client.query<{ name: string }>(
    `select a.application_name as name from pg_locks l join pg_stat_activity a using (pid)
     where l.locktype = 'advisory' and l.classid = $1 and l.objid = $2 and l.granted`,
    [...LOCK_KEY],
  );
  return answer.rows[0]?.name ?? "which has just ended";
}

/** Part of `pg` but missing from its types. */
function unref(client: pg.Client): void {
  if ("unref" in client && typeof client.unref === "function") client.unref();
}
