import type { Edge, EdgeType, EntityId } from "../core/entity.ts";
import type { Instant } from "../core/window.ts";
import { type Database, toJson, toTimestamp } from "./database.ts";

/** What one source says about one edge. */
type EdgeSighting = {
  from: EntityId;
  to: EntityId;
  type: EdgeType;
  source: string;
  /** 0 to 1. */
  confidence: number;
  isAsynchronous: boolean;
  seenAt: Instant;
};

/** Begins edges that are new and renews those that are known. */
export async function seeEdges(database: Database, sightings: EdgeSighting[]): Promise<void> {
  const keyOf = ({ from, to, type, source }: EdgeSighting) => `${from} ${to} ${type} ${source}`;
  const distinct = [...new Map(sightings.map((sighting) => [keyOf(sighting), sighting])).values()];
  if (distinct.length === 0) return;
  const rows = distinct.map((sighting) => ({ ...sighting, seenAt: toTimestamp(sighting.seenAt) }));
  await database.query(
    `insert into edges (from_id, to_id, type, source, confidence, is_asynchronous, valid_from, last_seen_at)
     select "from", "to", type, source, confidence, "isAsynchronous", "seenAt", "seenAt"
     from jsonb_to_recordset($1::jsonb) as g("from" text, "to" text, type text, source text, confidence real,
                                             "isAsynchronous" boolean, "seenAt" timestamptz)
     order by 1, 2, 3, 4
     on conflict (from_id, to_id, type, source) where valid_to is null
     do update set confidence = excluded.confidence, is_asynchronous = excluded.is_asynchronous,
       valid_from = least(edges.valid_from, excluded.valid_from),
       last_seen_at = greatest(edges.last_seen_at, excluded.last_seen_at)`,
    [toJson(rows)],
  );
}

/** Ends the edges of a source that it has not shown since `unseenSince`: they end when they were last seen. */
export async function endEdges(database: Database, source: string, unseenSince: Instant): Promise<number> {
  const rows = await database.query(
    `update edges set valid_to = last_seen_at where source = $1 and valid_to is null and last_seen_at < $2
     returning 1 as one`,
    [source, toTimestamp(unseenSince)],
  );
  return rows.length;
}

/**
 * Edges as they were at `at` (now where not given), with all sources joined: the most confident one counts, and a call
 * is asynchronous only if all say so. `touching` undefined: the whole graph.
 */
export async function readEdges(
  database: Database,
  question: { touching?: EntityId[]; at?: Instant } = {},
): Promise<Edge[]> {
  return database.query<Edge>(
    `select from_id as "from", to_id as "to", type, array_agg(distinct source order by source) as sources,
            max(confidence)::float8 as confidence, min(valid_from) as "validFrom", max(last_seen_at) as "lastSeenAt",
            bool_and(is_asynchronous) as "isAsynchronous"
     from edges
     where case when $2::timestamptz is null then valid_to is null
                else valid_from <= $2 and (valid_to is null or valid_to > $2) end
       and ($1::text[] is null or from_id = any($1) or to_id = any($1))
     group by from_id, to_id, type order by 1, 2, 3`,
    [question.touching ?? null, toTimestamp(question.at ?? null)],
  );
}
