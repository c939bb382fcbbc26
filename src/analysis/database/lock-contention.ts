import { against, databaseActivity, defineCheck, finding, quiet, unknown } from "../../core/check.ts";
import type { DatabaseActivity } from "../../core/observation.ts";
import { predicate } from "../predicate.ts";
import { count, seconds } from "../words.ts";
import { entityOfClient } from "./client-entity.ts";
import { shortQuery } from "./statement-costs.ts";

/** Sessions that wait for what another session holds. A wait shorter than a second is how databases work. */
export const lockContention = defineCheck({
  id: "lock-contention",
  faultClass: "lock-contention",
  appliesTo: ["database"],
  needs: { activity: databaseActivity },
  /** PostgreSQL's own deadlock_timeout: from there on it thinks a wait worth looking into. */
  thresholds: { waitSeconds: 1 },
  examine({ entity, scope, activity }, { waitSeconds }) {
    const [state] = activity.items;
    if (!state) return unknown(activity.why ?? "what the database does cannot be seen");
    const holders = state.blockers
      .map((blocker, index) => ({ blocker, index }))
      .filter(({ blocker }) => blocker.waiting > 0 && blocker.longestWaitSeconds >= waitSeconds)
      .sort(
        (left, right) =>
          right.blocker.waiting - left.blocker.waiting ||
          right.blocker.longestWaitSeconds - left.blocker.longestWaitSeconds,
      );
    const [worst] = holders;
    if (!worst)
      return state.blockers.length === 0 ? against("nobody waits for a lock") : quiet("waits shorter than a second");
    const { blocker, index } = worst;
    const all = holders.reduce((sum, holder) => sum + holder.blocker.waiting, 0);
    const client = entityOfClient(blocker.client, entity, scope);
    const began = state.at - Math.min(blocker.transactionAgeSeconds, Math.max(blocker.longestWaitSeconds, 1)) * 1000;
    const isIdle = /idle/i.test(blocker.state);
    const waiting = clientsThatWait(state).flatMap((name) => entityOfClient(name, entity, scope) ?? []);
    return finding({
      entity,
      evidence: "lock-wait",
      effect: all,
      onset: {
        earliest: state.at - Math.max(blocker.transactionAgeSeconds, blocker.longestWaitSeconds) * 1000,
        latest: began,
      },
      sentence: `${count(all, "session")} of ${entity.name} ${all === 1 ? "waits" : "wait"}, up to ${seconds(blocker.longestWaitSeconds)}, for ${blocker.relation ? `locks on ${blocker.relation} held by` : "locks held by"} ${client?.name ?? (blocker.client || "a session")}${isIdle ? `, idle in a transaction open for ${seconds(blocker.transactionAgeSeconds)}` : ` in “${shortQuery(blocker.query)}”`}`,
      predicate: predicate.field(entity, `blockers.${index}.waiting`, ">=", blocker.waiting),
      explains: [...new Set(waiting.map(({ id }) => id))].filter((id) => id !== client?.id),
      leads: client ? [{ entityIds: [client.id], why: "it holds the locks" }] : [],
      refutes: [
        { entityId: entity.id, faultClass: "missing-index", why: "the statements wait, they do not work" },
        {
          entityId: entity.id,
          faultClass: "database-overloaded",
          why: "sessions wait for one another, not for the machine",
        },
      ],
    });
  },
});

/** What these do not get done is not theirs: they stand in line. */
function clientsThatWait({ running }: DatabaseActivity): string[] {
  return running.filter(({ waitEvent }) => waitEvent?.startsWith("Lock:")).map(({ client }) => client);
}
