import type { IncomingItem } from "../core/item.ts";
import type { Database } from "./database.ts";

/** `isPulled`: nobody sent it; a connection told it when it was asked. */
type FiringItem = { item: IncomingItem; isPulled: boolean };

/**
 * Of the alerts that are stored as firing those with one of the names or ids, or told first by one of the sources when
 * they were asked. In a storm thousands fire; what a source does not speak of is not read.
 */
export async function listFiringItems(
  database: Database,
  about: { alertNames: string[]; ids: string[]; pulledFrom: string[] },
): Promise<FiringItem[]> {
  return database.query<FiringItem>(
    `select item, raw is null as "isPulled" from incoming_items
     where status = 'firing' and item ->> 'kind' = 'alert'
       and (item -> 'labels' ->> 'alertname' = any($1) or id = any($2) or (raw is null and source = any($3)))
     order by received_at, id`,
    [about.alertNames, about.ids, about.pulledFrom],
  );
}
