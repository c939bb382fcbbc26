import type { IncidentState } from "../../core/incident.ts";
import type { Actor, IncidentEventBody } from "../../core/incident-events.ts";
import type { Instant } from "../../core/window.ts";
import type { Database } from "../../store/database.ts";
import { appendEvents } from "../../store/incident-events.ts";
import { recordTriages } from "../../store/items.ts";
import { incidentRowAfter } from "../incident-row.ts";
import type { OpenStates } from "../open-states.ts";
import { raised } from "./assess-severity.ts";
import { decideMerges } from "./decide-merges.ts";
import { triageLock } from "./run-triage.ts";

type MergeSettings = { database: Database; openStates: OpenStates; now: () => Instant };

const actor: Actor = { kind: "midwatch", part: "triage" };

/**
 * Merges open incidents that turned out to be one matter; see `decideMerges`. Returns how many went into another. Both
 * incidents are written in one commit, or neither; where somebody wrote to the younger one meanwhile, nothing is done, and
 * the next run decides anew.
 */
export async function runMerges({ database, openStates, now }: MergeSettings): Promise<number> {
  return database.transaction(async (transaction) => {
    await transaction.query("select pg_advisory_xact_lock($1)", [triageLock]);
    const open = await openStates.read(transaction);
    if (open.length < 2) return 0;
    const byId = new Map(open.map((state) => [state.id, state]));
    const left = new Set<string>();
    const decisions: Parameters<typeof recordTriages>[1] = [];
    for (const { from, into, reason } of decideMerges(open)) {
      const [younger, older] = [byId.get(from), byId.get(into)];
      if (!younger || !older || left.has(into)) continue; // where it would go is closed now: the next run decides anew
      const at = now();
      const leaving = await appendEvents(transaction, {
        incidentId: from,
        afterSequence: younger.sequence,
        actor,
        at,
        activityId: null,
        bodies: [
          ...(younger.plan ? [withdrawn(younger.plan.id, into)] : []),
          { type: "merged-into", incidentId: into, reason: `went into ${into}: ${reason}` },
        ],
        toRow: (events) => incidentRowAfter(younger, events),
        rowKnows: younger.sequence,
      });
      if (leaving.kind !== "appended") continue;
      left.add(from);
      await appendEvents(transaction, {
        incidentId: into,
        afterSequence: null,
        actor,
        at,
        activityId: null,
        bodies: arrivals(younger, older, reason),
        toRow: (events) => incidentRowAfter(older, events),
        rowKnows: older.sequence,
      });
      const decision = {
        outcome: "joined" as const,
        incidentId: into,
        reason,
        decidedAt: at,
        grounds: { cameWith: from },
      };
      decisions.push(...younger.items.map(({ itemId }) => ({ itemId, ...decision })));
    }
    // Once and last: until the commit, senders that repeat these alerts wait.
    await recordTriages(transaction, decisions, actor);
    return left.size;
  });
}

function withdrawn(planId: string, into: string): IncidentEventBody {
  return { type: "plan-withdrawn", planId, reason: `its incident went into ${into}` };
}

function arrivals(younger: IncidentState, older: IncidentState, reason: string): IncidentEventBody[] {
  const joined = younger.items.flatMap((item): IncidentEventBody[] => {
    const { itemId, title, entityIds, severity, startsAt, kind: itemKind, fingerprint } = item;
    return [
      {
        type: "item-joined",
        itemId,
        title,
        entityIds,
        severity,
        itemKind,
        ...(fingerprint === null ? {} : { fingerprint }),
        startsAt,
        reason: `came with ${younger.id}: ${reason}`,
      },
      ...(item.state === "resolved"
        ? [{ type: "item-resolved", itemId, title, resolvedAt: item.endedAt ?? item.since } satisfies IncidentEventBody]
        : []),
    ];
  });
  return [...joined, ...raised(older, younger.severity, `${younger.id} went into it: ${younger.severityReason}`)];
}
