import { type Actor, eventVersion, type IncidentEvent, type IncidentEventBody } from "../core/incident-events.ts";
import type { Instant } from "../core/window.ts";
import { type Database, sqlStateOf, toJson, toTimestamp, uniqueViolation } from "./database.ts";
import { type IncidentRow, writeIncidentRow } from "./incidents.ts";
import { notify } from "./notifications.ts";

export type Append = {
  incidentId: string;
  /**
   * Sequence of the last event that the writer knew; 0 for a new incident. Null: whatever it is, for events that do not
   * depend on what happened meanwhile (a message was sent, a person added context).
   */
  afterSequence: number | null;
  actor: Actor;
  at: Instant;
  /** One append an id, for ever: derived from incident, sequence and what is done. Null for people's own deeds. */
  activityId: string | null;
  bodies: IncidentEventBody[];
  /** The list row that follows from all events, these included; written in the same commit. Null: see `rebuildIncidents`. */
  toRow: ((events: IncidentEvent[]) => IncidentRow) | null;
  /** `toRow` knows the events up to this sequence by itself and gets those after it; all where not given. */
  rowKnows?: number;
};

/** `repeated`: this activity wrote its events before, here they are. `conflict`: others wrote meanwhile; fold again. */
type AppendResult =
  | { kind: "appended"; events: IncidentEvent[] }
  | { kind: "repeated"; events: IncidentEvent[] }
  | { kind: "conflict"; lastSequence: number };

/** Adds events to one incident, all or none, and notifies listeners of `incident-events` on commit. */
export async function appendEvents(database: Database, append: Append): Promise<AppendResult> {
  return database.transaction(async (transaction) => {
    await lockIncident(transaction, append.incidentId);
    if (append.activityId !== null) {
      const own = await readEventsOfActivity(transaction, append.activityId);
      if (own.length > 0) return { kind: "repeated", events: own };
    }
    const lastSequence = await readLastSequence(transaction, append.incidentId);
    if (append.afterSequence !== null && append.afterSequence !== lastSequence) {
      return { kind: "conflict", lastSequence };
    }
    const events = append.bodies.map((body, index) => toEvent(append, body, lastSequence + 1 + index));
    await insertEvents(transaction, events);
    if (append.activityId !== null) await recordActivity(transaction, append.activityId, events);
    if (append.toRow !== null) {
      const { rowKnows = 0, incidentId } = append;
      const unknown = rowKnows === lastSequence ? events : await readEvents(transaction, incidentId, rowKnows);
      await writeIncidentRow(transaction, append.toRow(unknown));
    }
    await notify(transaction, "incident-events", {
      incidentId: append.incidentId,
      sequence: lastSequence + events.length,
    });
    return { kind: "appended", events };
  });
}

/** In order; empty where there is no such incident or nothing after `afterSequence`. */
export async function readEvents(database: Database, incidentId: string, afterSequence = 0): Promise<IncidentEvent[]> {
  const rows = await database.query<EventRow>(
    "select * from incident_events where incident_id = $1 and sequence > $2 order by sequence",
    [incidentId, afterSequence],
  );
  return rows.map(fromRow);
}

/** The same of many incidents in one question, each after a sequence of its own; keyed by incident. */
export async function readEventsOfMany(
  database: Database,
  heads: { incidentId: string; afterSequence: number }[],
): Promise<Map<string, IncidentEvent[]>> {
  const byIncident = new Map<string, IncidentEvent[]>(heads.map(({ incidentId }) => [incidentId, []]));
  if (heads.length === 0) return byIncident;
  const rows = await database.query<EventRow>(
    `select e.* from unnest($1::text[], $2::integer[]) as head(incident_id, after_sequence)
     join incident_events e on e.incident_id = head.incident_id and e.sequence > head.after_sequence
     order by e.incident_id, e.sequence`,
    [heads.map(({ incidentId }) => incidentId), heads.map(({ afterSequence }) => afterSequence)],
  );
  for (const row of rows) byIncident.get(row.incident_id)?.push(fromRow(row));
  return byIncident;
}

/** 0 where there is no such incident. */
async function readLastSequence(database: Database, incidentId: string): Promise<number> {
  const [row] = await database.query<{ last: number }>(
    "select coalesce(max(sequence), 0) as last from incident_events where incident_id = $1",
    [incidentId],
  );
  return row?.last ?? 0;
}

/** What an activity has committed; empty where it has not. */
export async function readEventsOfActivity(database: Database, activityId: string): Promise<IncidentEvent[]> {
  const rows = await database.query<EventRow>(
    `select e.* from incident_activities a
     join incident_events e on e.incident_id = a.incident_id and e.sequence between a.first_sequence and a.last_sequence
     where a.activity_id = $1 order by e.sequence`,
    [activityId],
  );
  return rows.map(fromRow);
}

/** Every incident that has events, oldest first. */
export async function readIncidentIds(database: Database): Promise<string[]> {
  const rows = await database.query<{ id: string }>(
    "select incident_id as id from incident_events where sequence = 1 order by at, incident_id",
  );
  return rows.map(({ id }) => id);
}

/** One writer an incident at a time; readers are not held up. */
async function lockIncident(transaction: Database, incidentId: string): Promise<void> {
  await transaction.query("select pg_advisory_xact_lock($1, hashtext($2))", [INCIDENT_LOCK, incidentId]);
}

/** First half of the lock's key, so that locks of other things with the same hash do not meet. */
const INCIDENT_LOCK = 1;

async function insertEvents(transaction: Database, events: IncidentEvent[]): Promise<void> {
  const rows = events.map(({ incidentId, sequence, version, at, actor, activityId, body }) => ({
    incident_id: incidentId,
    sequence,
    version,
    at: toTimestamp(at),
    actor,
    type: body.type,
    activity_id: activityId,
    body,
  }));
  await transaction.query(
    `insert into incident_events (incident_id, sequence, version, at, actor, type, activity_id, body)
     select incident_id, sequence, version, at, actor, type, activity_id, body
     from jsonb_to_recordset($1::jsonb) as e(incident_id text, sequence integer, version integer, at timestamptz,
       actor jsonb, type text, activity_id text, body jsonb)`,
    [toJson(rows)],
  );
}

async function recordActivity(transaction: Database, activityId: string, events: IncidentEvent[]): Promise<void> {
  const [first] = events;
  if (first === undefined) return;
  try {
    await transaction.query(
      "insert into incident_activities (activity_id, incident_id, first_sequence, last_sequence) values ($1, $2, $3, $4)",
      [activityId, first.incidentId, first.sequence, first.sequence + events.length - 1],
    );
  } catch (error) {
    if (sqlStateOf(error) !== uniqueViolation) throw error;
    throw new Error(`activity ${activityId} has written to another incident than ${first.incidentId}`, {
      cause: error,
    });
  }
}

function toEvent(append: Append, body: IncidentEventBody, sequence: number): IncidentEvent {
  const { incidentId, at, actor, activityId } = append;
  return { incidentId, sequence, version: eventVersion, at, actor, activityId, body };
}

type EventRow = {
  incident_id: string;
  sequence: number;
  version: number;
  at: Instant;
  actor: Actor;
  activity_id: string | null;
  body: IncidentEventBody;
};

function fromRow(row: EventRow): IncidentEvent {
  const { sequence, version, at, actor, body } = row;
  return { incidentId: row.incident_id, sequence, version, at, actor, activityId: row.activity_id, body };
}
