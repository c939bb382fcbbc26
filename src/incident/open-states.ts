import type { IncidentState } from "../core/incident.ts";
import type { Database } from "../store/database.ts";
import { readEventsOfMany } from "../store/incident-events.ts";
import { listOpenIncidentHeads } from "../store/incidents.ts";
import { foldEvent } from "./fold.ts";

export type OpenStates = {
  /** Every open incident as its events have it now, oldest first. Reads only what was written since the last call. */
  read(database: Database): Promise<IncidentState[]>;
};

/** Whose news one question asks for: after a start that may be all events of all open incidents. */
const incidentsAtOnce = 500;

/** A reading of the log that remembers what it has folded, so that thousands of open incidents cost two queries. */
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
          let state = before.get(id);
          for (const event of events) state = foldEvent(state, event);
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
  };
}
