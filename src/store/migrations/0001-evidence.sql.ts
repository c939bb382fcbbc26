import type { Migration } from "../migrate.ts";

/** Things, what they are called and how they are connected; changes; observations; who may see what. */
export const evidence: Migration = {
  number: 1,
  name: "evidence",
  sql: `
-- Who may see something is decided by its label. Everybody has 'everyone'.
create table access_labels (
  label text primary key,
  description text not null
);
insert into access_labels values ('everyone', 'Everybody who may sign in.');

create table entities (
  id text primary key,
  kind text not null,
  name text not null,
  environment text not null,
  business jsonb,
  access_label text not null default 'everyone' references access_labels,
  created_at timestamptz not null,
  -- Set when it turned out to be the same thing as another one; its id keeps resolving.
  merged_into text references entities
);
create index entities_by_name on entities (name);

-- What a source calls an entity, from when to when. Never deleted: withdrawn.
create table entity_claims (
  id bigint generated always as identity primary key,
  entity_id text not null references entities,
  source text not null,
  kind text not null,
  scope text not null,
  namespace text not null,
  name text not null,
  attributes jsonb not null,
  claimed_at timestamptz not null,
  last_seen_at timestamptz not null,
  withdrawn_at timestamptz
);
create unique index entity_claims_live on entity_claims (source, kind, scope, namespace, name) where withdrawn_at is null;
create index entity_claims_by_entity on entity_claims (entity_id);
create index entity_claims_by_attributes on entity_claims using gin (attributes jsonb_path_ops) where withdrawn_at is null;

create table entity_events (
  id bigint generated always as identity primary key,
  type text not null check (type in ('entities-merged', 'entity-split')),
  at timestamptz not null,
  actor jsonb not null,
  from_id text not null references entities,
  to_id text not null references entities,
  claim_ids bigint[] not null,
  reason text not null
);

-- One row for each source that says so; a reader joins them.
create table edges (
  id bigint generated always as identity primary key,
  from_id text not null references entities,
  to_id text not null references entities,
  type text not null,
  source text not null,
  confidence real not null check (confidence between 0 and 1),
  is_asynchronous boolean not null,
  valid_from timestamptz not null,
  last_seen_at timestamptz not null,
  valid_to timestamptz
);
create unique index edges_live on edges (from_id, to_id, type, source) where valid_to is null;
create index edges_by_target on edges (to_id);

create table signal_maps (
  connection text not null,
  version integer not null,
  map jsonb not null,
  changed_at timestamptz not null,
  changed_by jsonb not null,
  primary key (connection, version)
);

create table changes (
  id text primary key,
  source text not null,
  kind text not null,
  at timestamptz not null,
  entity_ids text[] not null,
  change jsonb not null,
  access_label text not null default 'everyone' references access_labels,
  received_at timestamptz not null default now()
);
create index changes_by_time on changes (at);
create index changes_by_entity on changes using gin (entity_ids);

-- Immutable answers, named by what they hold. The body is compressed canonical JSON: the same bytes for ever.
create table observations (
  id text primary key,
  kind text not null,
  source text not null,
  status text not null,
  request jsonb not null,
  request_digest text not null,
  entity_ids text[] not null,
  observed_at timestamptz not null,
  duration_seconds double precision not null,
  note jsonb,
  query text,
  link text,
  is_tainted boolean not null,
  access_label text not null references access_labels,
  body bytea
);
create index observations_by_request on observations (request_digest, observed_at);
create index observations_by_time on observations (observed_at);

-- Where a connection's reader has got to: change feeds, alert pulls.
create table cursors (
  connection text not null,
  name text not null,
  value jsonb not null,
  moved_at timestamptz not null,
  primary key (connection, name)
);
`,
};
