import type { IncidentState } from "../core/incident.ts";
import type { Database } from "../store/database.ts";
import { readEvents, readEventsOfMany } from "../store/incident-events.ts";
import { listOpenIncidentHeads } from "../store/incidents.ts";
import { foldEvents } from "./fold.ts";

export type OpenStates = {
  /** Every open incident as its events have it now, oldest first. Reads only what was written since the last call. */
  read(database: Database): Promise<IncidentState[]>;
  /** One incident, open or closed, as its events have it now; undefined where there is none. What is open is remembered. */
  readOne(database: Database, incidentId: string): Promise<IncidentState | undefined>;
};

/** Whose news one question asks for: after a start that may be all events of all open incidents. */
const incidentsAtOnce = 500;

/**
 * A reading of the log that remembers what it has folded, so that thousands of open incidents cost two queries, and an
 * incident of thousands of alerts no more than what is new of it. Never to be asked in a transaction that has written.
 */
export function rememberOpenStates(): OpenStates {
  let known = new Map<string, IncidentState>();
  return {
    async read(database) {
      const heads = await listOpenIncidentHeads(database);
      const before = known; // another reading may end while this one waits
      const behind = heads.filter(({ id, lastSequence }) => (before.get(id)?.sequence ?? 0) < lastSequence);
      const folded = new Map<string, IncidentState>();
      for (let from = 0; from < behind.length; from += incidentsAtOnce) {
        const part = behind.slice(from, from + incidentsAtOnce).map(({ id }) => ({
          incidentId: id,
          afterSequence: before.get(id)?.sequence ?? 0,
        }));
        for (const [id, events] of await readEventsOfMany(database, part)) {
          const state = foldEvents(before.get(id), events);
          if (state) folded.set(id, state);
        }
      }
      const next = new Map<string, IncidentState>();
      for (const { id } of heads) {
        const state = folded.get(id) ?? before.get(id);
        if (state) next.set(id, state);
      }
      known = next;
      return [...next.values()];
    },
    async readOne(database, incidentId) {
      const before = known.get(incidentId);
      const state = foldEvents(before, await readEvents(database, incidentId, before?.sequence ?? 0));
      if (!state || state.closed) known.delete(incidentId);
      else if ((known.get(incidentId)?.sequence ?? 0) < state.sequence) known.set(incidentId, state);
      return state;
    },
  };
}
