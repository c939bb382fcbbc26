import pg from "pg";
import { midwatchError } from "../../core/errors.ts";
import type { OpenDatabase } from "../../store/database.ts";
import type { TelemetrySettings } from "../settings.ts";

/** One ingesting process a database: numbers are given in its memory. Arbitrary, used by nobody else in this database. */
const INGEST_LOCK = 0x51e7_0117;

/** Held by a connection of its own for as long as this process ingests; whoever was killed lets go by dying. */
export async function takeIngestLock(
  settings: Pick<TelemetrySettings, "connection">,
  database: OpenDatabase,
): Promise<pg.Client> {
  const client = new pg.Client(settings.connection);
  client.on("error", () => {}); // the pool's next query tells
  try {
    await client.connect();
  } catch (error) {
    await database.close().catch(() => {});
    throw midwatchError(
      "MW_STORE_UNREACHABLE",
      { where: "the telemetry database", problem: error instanceof Error ? error.message : String(error) },
      error,
    );
  }
  for (let attempt = 0; attempt < 50; attempt++) {
    const found = await client.query<{ locked: boolean }>("select pg_try_advisory_lock($1) as locked", [INGEST_LOCK]);
    if (found.rows[0]?.locked) return client;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await client.end();
  await database.close();
  throw midwatchError("MW_BUSY", { what: "The telemetry database is being written by another midwatch; it" });
}
