import { promisify } from "node:util";
import { deflateRaw, inflateRaw } from "node:zlib";
import { canonicalJson, digestOf } from "../core/canonical-json.ts";
import type { Observation, ObservationBody, ObservationId, ObserveRequest } from "../core/observation.ts";
import type { Instant } from "../core/window.ts";
import { type Database, toJson, toText, toTimestamp } from "./database.ts";

/** Puts an observation on disk before anything cites it. One that is there already stays as it is. */
export async function storeObservation(database: Database, observation: Observation): Promise<void> {
  await database.query(
    `insert into observations (id, kind, source, status, request, request_digest, entity_ids, observed_at,
                               duration_seconds, note, query, link, is_tainted, access_label, body)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) on conflict (id) do nothing`,
    [
      observation.id,
      observation.request.kind,
      observation.source,
      observation.status,
      toJson(observation.request),
      digestOf(observation.request),
      entitiesOf(observation.request),
      toTimestamp(observation.observedAt),
      observation.durationSeconds,
      observation.note === null ? null : toJson(observation.note),
      observation.query === null ? null : toText(observation.query),
      observation.link === null ? null : toText(observation.link),
      observation.isTainted,
      observation.accessLabel,
      observation.body === null ? null : await compress(canonicalJson(observation.body)),
    ],
  );
}

/** Undefined where there is none, or its label is not among the reader's (all where not given). */
export async function readObservation(
  database: Database,
  id: ObservationId,
  accessLabels?: string[],
): Promise<Observation | undefined> {
  const [observation] = await readObservations(database, [id], accessLabels);
  return observation;
}

/** Those that are there and may be seen, in no particular order. */
export async function readObservations(
  database: Database,
  ids: ObservationId[],
  accessLabels?: string[],
): Promise<Observation[]> {
  const rows = await database.query<ObservationRow>(
    "select * from observations where id = any($1) and ($2::text[] is null or access_label = any($2))",
    [ids, accessLabels ?? null],
  );
  return Promise.all(rows.map(fromRow));
}

/** The newest answer of a source to exactly this request that is not older than `since`; undefined where none is. */
export async function findObservation(
  database: Database,
  question: { request: ObserveRequest; source: string; since: Instant },
): Promise<Observation | undefined> {
  const [row] = await database.query<ObservationRow>(
    `select * from observations where request_digest = $1 and source = $2 and observed_at >= $3
     order by observed_at desc limit 1`,
    [digestOf(question.request), question.source, toTimestamp(question.since)],
  );
  return row && fromRow(row);
}

/** What an incident rests on: kept as long as the incident is. */
export async function linkObservations(
  database: Database,
  incidentId: string,
  round: number,
  ids: ObservationId[],
): Promise<void> {
  await database.query(
    `insert into incident_observations (incident_id, observation_id, round)
     select $1, unnest($2::text[]), $3 on conflict do nothing`,
    [incidentId, ids, round],
  );
}

/** In the order of the rounds. */
export async function readIncidentObservations(
  database: Database,
  incidentId: string,
  accessLabels?: string[],
): Promise<{ round: number; observation: Observation }[]> {
  const rows = await database.query<ObservationRow & { round: number }>(
    `select o.*, l.round from incident_observations l join observations o on o.id = l.observation_id
     where l.incident_id = $1 and ($2::text[] is null or o.access_label = any($2)) order by l.round, o.observed_at, o.id`,
    [incidentId, accessLabels ?? null],
  );
  return Promise.all(rows.map(async (row) => ({ round: row.round, observation: await fromRow(row) })));
}

/** Incidents that looked at it. */
export async function listCitingIncidentIds(
  database: Database,
  observationId: ObservationId,
  limit: number,
): Promise<string[]> {
  const rows = await database.query<{ id: string }>(
    "select incident_id as id from incident_observations where observation_id = $1 order by incident_id limit $2",
    [observationId, limit],
  );
  return rows.map(({ id }) => id);
}

/** Removes what no incident rests on. Returns how many. */
export async function deleteUnusedObservations(database: Database, before: Instant): Promise<number> {
  const rows = await database.query(
    `delete from observations o where observed_at < $1
       and not exists (select from incident_observations l where l.observation_id = o.id) returning 1 as one`,
    [toTimestamp(before)],
  );
  return rows.length;
}

function entitiesOf(request: ObserveRequest): string[] {
  if ("entities" in request) return request.entities;
  return "around" in request ? request.around : [];
}

type ObservationRow = {
  id: string;
  source: string;
  status: Observation["status"];
  request: ObserveRequest;
  observed_at: Instant;
  duration_seconds: number;
  note: Observation["note"];
  query: string | null;
  link: string | null;
  is_tainted: boolean;
  access_label: string;
  body: Buffer | null;
};

async function fromRow(row: ObservationRow): Promise<Observation> {
  return {
    id: row.id,
    request: row.request,
    source: row.source,
    status: row.status,
    body: row.body === null ? null : (JSON.parse(await decompress(row.body)) as ObservationBody),
    note: row.note,
    observedAt: row.observed_at,
    durationSeconds: row.duration_seconds,
    query: row.query,
    link: row.link,
    isTainted: row.is_tainted,
    accessLabel: row.access_label,
  };
}

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

async function compress(text: string): Promise<Buffer> {
  return (await deflate(text)) as Buffer;
}

async function decompress(bytes: Buffer): Promise<string> {
  return ((await inflate(bytes)) as Buffer).toString("utf8");
}
