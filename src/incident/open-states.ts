import type { IncidentState } from "../core/incident.ts";
import type { Database } from "../store/database.ts";
import { readEventsOfMany } from "../store/incident-events.ts";
import { listOpenIncidentHeads } from "../store/incidents.ts";
import { foldEvents } from "./fold.ts";

export type OpenStates = {
  /** Every open incident as its events have it now, oldest first. Reads only what was written since the last call. */
  read(database: Database): Promise<IncidentState[]>;
  /** Those of the incidents that exist, open or closed, in the order asked for. What is open is remembered. */
  readMany(database: Database, incidentIds: string[]): Promise<IncidentState[]>;
};

/** Whose news one question asks for: after a start that may be all events of all open incidents. */
const incidentsAtOnce = 500;

/**
 * A reading of the log that remembers what it has folded, so that thousands of open incidents cost two queries, and an
 * incident of thousands of alerts no more than what is new of it. Never to be asked in a transaction that has written.
 */
export function rememberOpenStates(): OpenStates {
  const known = new Map<string, IncidentState>();
  /** Of each incident the state that follows from what is known of it and from its events since. */
  const catchUp = async (database: Database, ids: string[]): Promise<Map<string, IncidentState>> => {
    const states = new Map<string, IncidentState>();
    for (let from = 0; from < ids.length; from += incidentsAtOnce) {
      // Another reading may learn more while this one waits: its events follow on what was known when it asked.
      const before = new Map(ids.slice(from, from + incidentsAtOnce).map((id) => [id, known.get(id)]));
      const asked = [...before].map(([id, state]) => ({ incidentId: id, afterSequence: state?.sequence ?? 0 }));
      for (const [id, events] of await readEventsOfMany(database, asked)) {
        const state = foldEvents(before.get(id), events);
        if (state) states.set(id, state);
      }
    }
    for (const [id, state] of states) {
      if (state.closed) known.delete(id);
      else if ((known.get(id)?.sequence ?? 0) < state.sequence) known.set(id, state);
    }
    return states;
  };
  return {
    async read(database) {
      const heads = await listOpenIncidentHeads(database);
      const isBehind = ({ id, lastSequence }: (typeof heads)[number]) => (known.get(id)?.sequence ?? 0) < lastSequence;
      const behind = heads.filter(isBehind).map(({ id }) => id);
      const open = new Set(heads.map(({ id }) => id));
      for (const id of known.keys()) if (!open.has(id)) known.delete(id);
      const before = new Map(known); // what closes meanwhile is open still in this reading
      const fresh = await catchUp(database, behind);
      return heads.flatMap(({ id }) => fresh.get(id) ?? before.get(id) ?? []);
    },
    async readMany(database, incidentIds) {
      const states = await catchUp(database, incidentIds);
      return incidentIds.flatMap((id) => states.get(id) ?? []);
    },
  };
}
