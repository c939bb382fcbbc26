import type { Migration } from "../migrate.ts";

/** Who signs in, who sends, which processes are alive. Of secrets only hashes are kept. */
export const peopleAndWorkers: Migration = {
  number: 4,
  name: "people-and-workers",
  sql: `
create table people (
  id text primary key,
  name text not null unique,
  role text not null check (role in ('viewer', 'responder', 'administrator')),
  access_labels text[] not null default '{everyone}',
  created_at timestamptz not null,
  disabled_at timestamptz
);

-- Each opens one session, once.
create table sign_in_tokens (
  hash text primary key,
  person_id text not null references people,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);

create table sessions (
  hash text primary key,
  person_id text not null references people,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index sessions_by_person on sessions (person_id);

-- For programs: senders of alerts, telemetry and changes; the command line.
create table tokens (
  hash text primary key,
  name text not null unique,
  scopes text[] not null,
  created_at timestamptz not null,
  created_by jsonb not null,
  last_used_at timestamptz,
  revoked_at timestamptz
);

create table workers (
  id text primary key,
  host text not null,
  process_id integer not null,
  roles text[] not null,
  version text not null,
  started_at timestamptz not null,
  heartbeat_at timestamptz not null,
  stopped_at timestamptz,
  -- Set when it counts as dead and its activities are handed on.
  taken_over_at timestamptz
);
create index workers_not_taken_over on workers (heartbeat_at) where taken_over_at is null;
`,
};
