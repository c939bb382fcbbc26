import type { Actor } from "../core/incident-events.ts";
import type { Instant } from "../core/window.ts";
import { appendAudit } from "./audit.ts";
import { type Database, toJson, toText, toTimestamp } from "./database.ts";
import { notify } from "./notifications.ts";

type KillSwitch = { isEngaged: boolean; changedAt: Instant; changedBy: Actor; reason: string };

/** Throws where the database does not answer: then there are no writes either. */
export async function readKillSwitch(database: Database): Promise<KillSwitch> {
  const [row] = await database.query<KillSwitch>(
    `select is_engaged as "isEngaged", changed_at as "changedAt", changed_by as "changedBy", reason from kill_switch`,
  );
  if (row === undefined) throw new Error("the kill switch has lost its row");
  return row;
}

/** In force at once for whoever asks; a listener hears of it on commit. Audited. */
export async function setKillSwitch(
  database: Database,
  change: { isEngaged: boolean; at: Instant; by: Actor; reason: string },
): Promise<void> {
  await database.transaction(async (transaction) => {
    await transaction.query("update kill_switch set is_engaged = $1, changed_at = $2, changed_by = $3, reason = $4", [
      change.isEngaged,
      toTimestamp(change.at),
      toJson(change.by),
      toText(change.reason),
    ]);
    await appendAudit(transaction, {
      at: change.at,
      kind: "kill-switch",
      actor: change.by,
      subject: "all writes",
      body: { isEngaged: change.isEngaged, reason: change.reason },
    });
    await notify(transaction, "kill-switch", { isEngaged: change.isEngaged });
  });
}

/**
 * Inside a transaction: true where writes may go on, and then the switch cannot be thrown before the transaction ends.
 * Holds up nobody else who asks.
 */
export async function holdKillSwitchOpen(transaction: Database): Promise<boolean> {
  const [row] = await transaction.query<{ is_engaged: boolean }>("select is_engaged from kill_switch for share");
  return row?.is_engaged === false;
}
