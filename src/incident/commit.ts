import type { IncidentState } from "../core/incident.ts";
import type { IncidentEvent, IncidentEventBody } from "../core/incident-events.ts";
import type { Message } from "../core/message.ts";
import type { ObservationId } from "../core/observation.ts";
import type { Instant } from "../core/window.ts";
import type { Database } from "../store/database.ts";
import { appendEvents, readEvents } from "../store/incident-events.ts";
import { linkObservations } from "../store/observations.ts";
import { enqueueMessage } from "../store/outbox.ts";
import type { CommitToIncident } from "./dependencies.ts";
import { foldEvents, foldIncident } from "./fold.ts";
import { incidentRowAfter } from "./incident-row.ts";
import { type OpenStates, rememberOpenStates } from "./open-states.ts";

type CommitSettings = {
  database: Database;
  now(): Instant;
  /** What others have read already; remembers for itself where not given. */
  openStates?: OpenStates;
  /** Where a message goes. Empty: nowhere; it stays readable on the incident. */
  channelsFor(message: Message): string[];
};

/**
 * Decides on the state as it is, appends and queues messages in one transaction; decides anew when somebody wrote
 * meanwhile. An activity that has written before gets `isWritten: false` and writes nothing again.
 */
export function createCommit(settings: CommitSettings): CommitToIncident {
  const { database, now, channelsFor, openStates = rememberOpenStates() } = settings;
  return async ({ incidentId, actor, activityId, decide }) => {
    for (;;) {
      const [state] = await openStates.readMany(database, [incidentId]);
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
          toRow: (events) => incidentRowAfter(state, events),
          rowKnows: state.sequence,
        });
        if (appended.kind !== "appended") return appended;
        await linkSeen(transaction, appended.events);
        for (const message of decision.messages ?? []) await enqueueMessage(transaction, message, channelsFor(message));
        return appended;
      });
      if (result.kind === "conflict") continue;
      if (result.kind === "repeated") return { state, isWritten: false };
      return { state: foldEvents(state, result.events) ?? state, isWritten: true };
    }
  };
}

/** What an incident rests on is kept as long as the incident is. */
async function linkSeen(transaction: Database, events: IncidentEvent[]): Promise<void> {
  for (const { incidentId, body } of events) {
    const { round, ids } = seenBy(body);
    if (ids.length > 0) await linkObservations(transaction, incidentId, round, ids);
  }
}

/** Round 0: outside the rounds of an investigation. */
function seenBy(body: IncidentEventBody): { round: number; ids: ObservationId[] } {
  switch (body.type) {
    case "round-completed":
      return { round: body.round, ids: body.steps.map(({ observationId }) => observationId) };
    case "investigation-started":
      return { round: 0, ids: body.graphObservationId === null ? [] : [body.graphObservationId] };
    case "plan-proposed":
      return { round: 0, ids: body.plan.observationIds };
    case "verification-looked":
      return { round: 0, ids: body.verification.observationIds };
    default:
      return { round: 0, ids: [] };
  }
}

export async function readIncidentState(database: Database, incidentId: string): Promise<IncidentState | undefined> {
  return foldIncident(await readEvents(database, incidentId));
}
