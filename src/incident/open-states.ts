import type { IncidentState } from "../core/incident.ts";
import type { Database } from "../store/database.ts";
import { readEvents } from "../store/incident-events.ts";
import { listOpenIncidentHeads } from "../store/incidents.ts";
import { foldEvent } from "./fold.ts";

export type OpenStates = {
  /** Every open incident as its events have it now, oldest first. Reads only what was written since the last call. */
  read(database: Database): Promise<IncidentState[]>;
};

/** A reading of the log that remembers what it has folded, so that thousands of open incidents cost one query. */
export function rememberOpenStates(): OpenStates {
  let known = new Map<string, IncidentState>();
  return {
    async read(database) {
      const heads = await listOpenIncidentHeads(database);
      const next = new Map<string, IncidentState>();
      for (const { id, lastSequence } of heads) {
        let state = known.get(id);
        if (state === undefined || state.sequence < lastSequence) {
          for (const event of await readEvents(database, id, state?.sequence ?? 0)) state = foldEvent(state, event);
        }
        if (state) next.set(id, state);
      }
      known = next;
      return [...next.values()];
    },
  };
}
