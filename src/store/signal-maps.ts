import type { Actor } from "../core/incident-events.ts";
import type { SignalMap } from "../core/signal-map.ts";
import type { Instant } from "../core/window.ts";
import { type Database, sqlStateOf, toJson, toTimestamp, uniqueViolation } from "./database.ts";

type StoredSignalMap = { map: SignalMap; version: number; changedAt: Instant; changedBy: Actor };

/** The newest map of a connection, or the one of a version; undefined where nothing was discovered yet. */
export async function readSignalMap(
  database: Database,
  connection: string,
  version?: number,
): Promise<StoredSignalMap | undefined> {
  const [row] = await database.query<StoredSignalMap>(
    `select map, version, changed_at as "changedAt", changed_by as "changedBy" from signal_maps
     where connection = $1 and ($2::int is null or version = $2) order by version desc limit 1`,
    [connection, version ?? null],
  );
  return row;
}

/** Adds a version after `afterVersion` (0: the first). False where somebody else changed the map meanwhile. */
export async function writeSignalMap(
  database: Database,
  map: SignalMap,
  change: { afterVersion: number; at: Instant; by: Actor },
): Promise<boolean> {
  try {
    await database.query(
      "insert into signal_maps (connection, version, map, changed_at, changed_by) values ($1, $2, $3, $4, $5)",
      [map.connection, change.afterVersion + 1, toJson(map), toTimestamp(change.at), toJson(change.by)],
    );
    return true;
  } catch (error) {
    if (sqlStateOf(error) === uniqueViolation) return false;
    throw error;
  }
}
