import type { Migration } from "../migrate.ts";

/** What comes in, what becomes of it, and the event log that is the truth about incidents. */
export const incidents: Migration = {
  number: 2,
  name: "incidents",
  sql: `
create table incoming_items (
  id text primary key,
  fingerprint text not null,
  starts_at timestamptz not null,
  source text not null,
  status text not null check (status in ('firing', 'resolved')),
  ends_at timestamptz,
  received_at timestamptz not null,
  last_seen_at timestamptz not null,
  times_seen integer not null default 1,
  -- What the last sending of it brought: only the statement that writes it can know.
  last_news text not null default 'new' check (last_news in ('new', 'repeated', 'resolved')),
  entity_ids text[] not null,
  item jsonb not null,
  -- What was sent, redacted; null for midwatch's own.
  raw text,
  access_label text not null default 'everyone' references access_labels,
  -- Null: triage has not seen its present status yet.
  triaged_at timestamptz,
  incident_id text
);
create unique index incoming_items_identity on incoming_items (fingerprint, starts_at);
create index incoming_items_untriaged on incoming_items (received_at) where triaged_at is null;
create index incoming_items_by_time on incoming_items (received_at, id);
create index incoming_items_firing on incoming_items (received_at, id) where status = 'firing';
create index incoming_items_by_incident on incoming_items (incident_id, received_at, id) where incident_id is not null;

-- What could not be understood, so that a sender's mistake can be looked at.
create table refused_items (
  id bigint generated always as identity primary key,
  source text not null,
  received_at timestamptz not null,
  -- Where in what was sent, such as alerts.2.startsAt.
  place text not null,
  problem text not null,
  raw text not null
);
create index refused_items_by_time on refused_items (received_at);

create table triage_decisions (
  id bigint generated always as identity primary key,
  item_id text not null,
  outcome text not null,
  incident_id text,
  reason text not null,
  decided_at timestamptz not null,
  actor jsonb not null,
  -- What spoke for it, in numbers: seconds apart, hops apart, likeness of texts.
  grounds jsonb not null
);
create index triage_decisions_by_item on triage_decisions (item_id);
create index triage_decisions_by_incident on triage_decisions (incident_id);

create table incident_events (
  incident_id text not null,
  sequence integer not null check (sequence > 0),
  version integer not null,
  at timestamptz not null,
  actor jsonb not null,
  type text not null,
  activity_id text,
  body jsonb not null,
  primary key (incident_id, sequence)
);
create index incident_events_by_type on incident_events (type, at);

-- Written together with the events of an activity: a repeat finds them here and stops.
create table incident_activities (
  activity_id text primary key,
  incident_id text not null,
  first_sequence integer not null,
  last_sequence integer not null
);

-- For lists. A reading of the events; can be thrown away and made again.
create table incidents (
  id text primary key,
  last_sequence integer not null,
  title text not null,
  severity text not null,
  phase text not null,
  environment text not null,
  entity_ids text[] not null,
  needs_person boolean not null,
  opened_at timestamptz not null,
  changed_at timestamptz not null,
  closed_at timestamptz,
  access_label text not null default 'everyone' references access_labels,
  summary jsonb not null
);
create index incidents_open on incidents (opened_at, id) where closed_at is null;
create index incidents_by_time on incidents (opened_at, id);

create table incident_observations (
  incident_id text not null,
  observation_id text not null references observations,
  round integer not null,
  primary key (incident_id, observation_id)
);
create index incident_observations_by_observation on incident_observations (observation_id);

-- Due work. Waiting is a row here, never something that runs.
create table timers (
  incident_id text not null,
  what text not null,
  due_at timestamptz not null,
  details jsonb not null,
  primary key (incident_id, what)
);
create index timers_by_time on timers (due_at);
`,
};
