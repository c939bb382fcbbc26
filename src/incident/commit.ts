import type { IncidentState } from "../core/incident.ts";
import type { IncidentEvent } from "../core/incident-events.ts";
import type { Message } from "../core/message.ts";
import type { Instant } from "../core/window.ts";
import type { Database } from "../store/database.ts";
import { appendEvents, readEvents } from "../store/incident-events.ts";
import { linkObservations } from "../store/observations.ts";
import { enqueueMessage } from "../store/outbox.ts";
import type { CommitToIncident } from "./dependencies.ts";
import { foldIncident } from "./fold.ts";
import { incidentRowOf } from "./incident-row.ts";

type CommitSettings = {
  database: Database;
  now(): Instant;
  /** Where a message goes. Empty: nowhere; it stays readable on the incident. */
  channelsFor(message: Message): string[];
};

/**
 * Decides on the state as it is, appends and queues messages in one transaction; decides anew when somebody wrote
 * meanwhile. An activity that has written before gets `isWritten: false` and writes nothing again.
 */
export function createCommit({ database, now, channelsFor }: CommitSettings): CommitToIncident {
  return async ({ incidentId, actor, activityId, decide }) => {
    for (;;) {
      const events = await readEvents(database, incidentId);
      const state = foldIncident(events);
      if (!state) throw new Error(`there is no incident ${incidentId}`);
      const decision = decide(state);
      if (!decision || decision.events.length === 0) return { state, isWritten: false };
      const result = await database.transaction(async (transaction) => {
        const appended = await appendEvents(transaction, {
          incidentId,
          afterSequence: state.sequence,
          actor,
          at: now(),
          activityId,
          bodies: decision.events,
          toRow: incidentRowOf,
        });
        if (appended.kind !== "appended") return appended;
        await linkRounds(transaction, appended.events);
        for (const message of decision.messages ?? []) await enqueueMessage(transaction, message, channelsFor(message));
        return appended;
      });
      if (result.kind === "conflict") continue;
      if (result.kind === "repeated") return { state, isWritten: false };
      return { state: foldIncident([...events, ...result.events]) ?? state, isWritten: true };
    }
  };
}

/** What a committed round saw is kept as long as the incident is. */
async function linkRounds(transaction: Database, events: IncidentEvent[]): Promise<void> {
  for (const { incidentId, body } of events) {
    if (body.type !== "round-completed") continue;
    await linkObservations(
      transaction,
      incidentId,
      body.round,
      body.steps.map(({ observationId }) => observationId),
    );
  }
}

export async function readIncidentState(database: Database, incidentId: string): Promise<IncidentState | undefined> {
  return foldIncident(await readEvents(database, incidentId));
}
