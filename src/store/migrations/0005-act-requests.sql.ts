import type { Migration } from "../migrate.ts";

/** What the hand is asked to do. It is asked here and nowhere else: no request reaches it over the network. */
export const actRequests: Migration = {
  number: 5,
  name: "act-requests",
  sql: `
create table act_requests (
  key text primary key,
  kind text not null check (kind in ('dry-run', 'execute', 'undo')),
  incident_id text not null,
  plan_id text,
  -- Of a dry run; what is executed is read from the event log.
  action jsonb,
  reason text not null,
  requested_at timestamptz not null,
  -- Taken later than this it is refused.
  expires_at timestamptz not null,
  taken_at timestamptz,
  -- Every step, written down before the next.
  steps jsonb not null default '[]',
  answer jsonb,
  answered_at timestamptz
);
create index act_requests_open on act_requests (requested_at) where answered_at is null;
create index act_requests_by_incident on act_requests (incident_id);
`,
};
