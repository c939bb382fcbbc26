import type { ItemSeverity } from "../core/item.ts";
import type { Instant, Window } from "../core/window.ts";
import { type Database, toJson, toTimestamp } from "./database.ts";

/** What lists need of an incident, folded from its events. Not the truth: a reading of it. */
export type IncidentRow = {
  id: string;
  lastSequence: number;
  title: string;
  severity: ItemSeverity;
  /** Where it stands, in the fold's words: `investigating`, `waiting-for-approval`, … */
  phase: string;
  environment: string;
  entityIds: string[];
  needsPerson: boolean;
  openedAt: Instant;
  changedAt: Instant;
  closedAt: Instant | null;
  /** Headline, verdict, probability, counts: whatever a line of a list shows. */
  summary: Record<string, unknown>;
};

/** Keeps the newer one, so that a slow writer cannot turn a list back. */
export async function writeIncidentRow(database: Database, row: IncidentRow): Promise<void> {
  await database.query(
    `insert into incidents (id, last_sequence, title, severity, phase, environment, entity_ids, needs_person,
                            opened_at, changed_at, closed_at, summary)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
     on conflict (id) do update set last_sequence = excluded.last_sequence, title = excluded.title,
       severity = excluded.severity, phase = excluded.phase, environment = excluded.environment,
       entity_ids = excluded.entity_ids, needs_person = excluded.needs_person, opened_at = excluded.opened_at,
       changed_at = excluded.changed_at, closed_at = excluded.closed_at, summary = excluded.summary
     where incidents.last_sequence <= excluded.last_sequence`,
    [
      row.id,
      row.lastSequence,
      row.title,
      row.severity,
      row.phase,
      row.environment,
      row.entityIds,
      row.needsPerson,
      toTimestamp(row.openedAt),
      toTimestamp(row.changedAt),
      toTimestamp(row.closedAt),
      toJson(row.summary),
    ],
  );
}

export async function readIncidentRow(database: Database, id: string): Promise<IncidentRow | undefined> {
  const [row] = await database.query<StoredRow>("select * from incidents where id = $1", [id]);
  return row && fromRow(row);
}

type IncidentFilter = {
  state?: "open" | "closed";
  severities?: ItemSeverity[];
  environment?: string;
  entityId?: string;
  /** Words in the title. */
  text?: string;
  /** Only what carries one of these access labels; all where not given. */
  accessLabels?: string[];
};

/** Newest first. `before`: the last row of the page before, for the next page. */
export async function listIncidents(
  database: Database,
  filter: IncidentFilter,
  page: { limit: number; before?: { openedAt: Instant; id: string } },
): Promise<IncidentRow[]> {
  const rows = await database.query<StoredRow>(
    `select * from incidents
     where ($1::text is null or (closed_at is null) = ($1 = 'open'))
       and ($2::text[] is null or severity = any($2))
       and ($3::text is null or environment = $3)
       and ($4::text is null or $4 = any(entity_ids))
       and ($5::text is null or strpos(lower(title), lower($5)) > 0)
       and ($6::text[] is null or access_label = any($6))
       and ($7::timestamptz is null or (opened_at, id) < ($7, $8))
     order by opened_at desc, id desc limit $9`,
    [
      filter.state ?? null,
      filter.severities ?? null,
      filter.environment ?? null,
      filter.entityId ?? null,
      filter.text ?? null,
      filter.accessLabels ?? null,
      page.before ? toTimestamp(page.before.openedAt) : null,
      page.before?.id ?? null,
      page.limit,
    ],
  );
  return rows.map(fromRow);
}

/** Every open incident with the sequence of its last event, oldest first. */
export async function listOpenIncidentHeads(database: Database): Promise<{ id: string; lastSequence: number }[]> {
  const rows = await database.query<{ id: string; last_sequence: number }>(
    "select id, last_sequence from incidents where closed_at is null order by opened_at, id",
  );
  return rows.map(({ id, last_sequence: lastSequence }) => ({ id, lastSequence }));
}

/** Incidents that were open at some time of the window, newest first. */
export async function listIncidentIdsWithin(database: Database, window: Window, limit: number): Promise<string[]> {
  const rows = await database.query<{ id: string }>(
    `select id from incidents where opened_at < $2 and (closed_at is null or closed_at > $1)
     order by opened_at desc, id limit $3`,
    [toTimestamp(window.from), toTimestamp(window.to), limit],
  );
  return rows.map(({ id }) => id);
}

export async function countIncidents(
  database: Database,
): Promise<{ open: number; closed: number; needPerson: number }> {
  const [counts] = await database.query<{ open: number; closed: number; need_person: number }>(
    `select count(*) filter (where closed_at is null) as open, count(*) filter (where closed_at is not null) as closed,
            count(*) filter (where closed_at is null and needs_person) as need_person from incidents`,
  );
  return { open: counts?.open ?? 0, closed: counts?.closed ?? 0, needPerson: counts?.need_person ?? 0 };
}

type StoredRow = {
  id: string;
  last_sequence: number;
  title: string;
  severity: ItemSeverity;
  phase: string;
  environment: string;
  entity_ids: string[];
  needs_person: boolean;
  opened_at: Instant;
  changed_at: Instant;
  closed_at: Instant | null;
  summary: Record<string, unknown>;
};

function fromRow(row: StoredRow): IncidentRow {
  const { id, title, severity, phase, environment, summary } = row;
  return {
    id,
    lastSequence: row.last_sequence,
    title,
    severity,
    phase,
    environment,
    entityIds: row.entity_ids,
    needsPerson: row.needs_person,
    openedAt: row.opened_at,
    changedAt: row.changed_at,
    closedAt: row.closed_at,
    summary,
  };
}
