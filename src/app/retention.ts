import type { Instant } from "../core/window.ts";
import type { Database } from "../store/database.ts";
import { deleteRefusedItems } from "../store/items.ts";
import { deleteUnusedObservations } from "../store/observations.ts";
import { deleteOldMessages } from "../store/outbox.ts";
import { forgetExpired } from "../store/people.ts";
import type { Config } from "./config/config-schema.ts";

type Retention = {
  database: Database;
  days: Config["retention"];
  /** Forgets records of finished activities; returns how many, at most so many at once. */
  forgetFinished(before: Instant): Promise<number>;
  now: Instant;
};

const dayMilliseconds = 86_400_000;

/** Removes what is kept for a time only. Incidents, what they rest on, and the audit log stay. */
export async function applyRetention({ database, days, forgetFinished, now }: Retention): Promise<void> {
  const ago = (count: number): Instant => now - count * dayMilliseconds;
  await deleteUnusedObservations(database, ago(days.observationDays));
  await deleteRefusedItems(database, ago(days.refusedItemDays));
  await deleteOldMessages(database, ago(days.messageDays));
  await forgetExpired(database, now);
  while ((await forgetFinished(ago(days.finishedWorkDays))) > 0);
}
