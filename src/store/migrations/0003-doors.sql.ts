import type { Migration } from "../migrate.ts";

/** What guards writes and messages: audit, kill switch, locks, the journal of the hand, the outbox. */
export const doors: Migration = {
  number: 3,
  name: "doors",
  sql: `
-- Each entry holds the hash of the one before. The text is canonical JSON, hashed as it stands.
create table audit_entries (
  number bigint primary key check (number > 0),
  at timestamptz not null,
  kind text not null,
  subject text not null,
  entry text not null,
  hash text not null
);
create index audit_entries_by_subject on audit_entries (subject);
create index audit_entries_by_time on audit_entries (at);

create table audit_head (
  only_one boolean primary key default true check (only_one),
  number bigint not null,
  hash text not null
);
insert into audit_head (number, hash) values (0, '');

-- Reads and model calls, counted by what they refer to.
create table audit_counts (
  day date not null,
  kind text not null,
  reference text not null,
  count bigint not null,
  primary key (day, kind, reference)
);

create table kill_switch (
  only_one boolean primary key default true check (only_one),
  is_engaged boolean not null,
  changed_at timestamptz not null,
  changed_by jsonb not null,
  reason text not null
);
insert into kill_switch (is_engaged, changed_at, changed_by, reason)
  values (false, now(), '{"kind":"midwatch","part":"store"}', 'never used yet');

-- One holder an entity, until it lets go or its time is over. A later holder has a higher token.
create sequence fencing_tokens;
create table entity_locks (
  entity_id text primary key,
  holder text not null,
  token bigint not null,
  expires_at timestamptz not null
);

-- Written before the hand does anything.
create table acts (
  idempotency_key text primary key,
  plan_id text not null,
  incident_id text not null,
  entity_id text not null,
  environment text not null,
  is_undo boolean not null,
  action jsonb not null,
  -- The state before, and the action that brings it back, captured before execution.
  captured jsonb,
  inverse jsonb,
  fencing_token bigint,
  state text not null check (state in ('prepared', 'executing', 'done', 'refused', 'failed', 'unknown')),
  prepared_at timestamptz not null,
  executing_at timestamptz,
  finished_at timestamptz,
  outcome jsonb,
  undo_state text not null default 'none' check (undo_state in ('none', 'armed', 'disarmed', 'fired')),
  undo_due_at timestamptz,
  undo_reason text
);
create index acts_by_plan on acts (plan_id);
create index acts_by_incident on acts (incident_id);
create index acts_unfinished on acts (prepared_at) where state in ('prepared', 'executing');
create index acts_armed on acts (undo_due_at) where undo_state = 'armed';
create index acts_by_time on acts (executing_at) where executing_at is not null;

create table outbox (
  key text not null,
  channel text not null,
  incident_id text,
  urgency text not null check (urgency in ('page', 'notice')),
  message jsonb not null,
  state text not null check (state in ('pending', 'sending', 'sent', 'failed', 'unknown')),
  attempts integer not null default 0,
  next_attempt_at timestamptz,
  -- While sending: after this the sender counts as dead.
  lease_until timestamptz,
  created_at timestamptz not null,
  acknowledged_at timestamptz,
  acknowledged_by text,
  primary key (key, channel)
);
create index outbox_due on outbox (next_attempt_at) where next_attempt_at is not null;
create index outbox_sending on outbox (lease_until) where state = 'sending';
create index outbox_by_incident on outbox (incident_id);

create table receipts (
  id bigint generated always as identity primary key,
  key text not null,
  channel text not null,
  fate text not null check (fate in ('sent', 'failed', 'unknown')),
  attempt integer not null,
  at timestamptz not null,
  why text
);
create index receipts_by_key on receipts (key, channel);
`,
};
