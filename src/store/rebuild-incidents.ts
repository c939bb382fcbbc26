import type { IncidentEvent } from "../core/incident-events.ts";
import type { Database } from "./database.ts";
import { readEvents, readIncidentIds } from "./incident-events.ts";
import { type IncidentRow, writeIncidentRow } from "./incidents.ts";

/** Throws the list away and makes it again from the events. Returns the number of incidents. */
export async function rebuildIncidents(
  database: Database,
  toRow: (events: IncidentEvent[]) => IncidentRow,
): Promise<number> {
  return database.transaction(async (transaction) => {
    await transaction.query("lock table incident_events in share mode"); // no event is added meanwhile
    await transaction.query("delete from incidents");
    const ids = await readIncidentIds(transaction);
    for (const id of ids) await writeIncidentRow(transaction, toRow(await readEvents(transaction, id)));
    return ids.length;
  });
}
