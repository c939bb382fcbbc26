import type { Migration } from "../../store/migrate.ts";

/**
 * The telemetry database. Instants are milliseconds since the epoch (bigint), durations seconds (double precision).
 * Partitioned tables get their partitions from `partitions.ts`. Roll-up rows are increments: a bucket's value is the sum
 * of its rows, so a late span adds a row and a correction may subtract.
 */
const first: Migration = {
  number: 1,
  name: "telemetry",
  sql: `
create table resources (
  id integer primary key,
  identity text not null,
  service text not null,
  namespace text not null,
  environment text not null,
  version text,
  instance text,
  attributes jsonb not null,
  first_seen_at bigint not null,
  last_seen_at bigint not null
);
create table peers (
  id integer primary key,
  identity text not null,
  kind text not null,
  name text not null,
  attributes jsonb not null,
  first_seen_at bigint not null
);
-- Which service answers behind an address, as parent and child spans prove.
create table peer_proofs (
  peer_id integer not null references peers,
  service text not null,
  namespace text not null,
  proofs bigint not null,
  last_seen_at bigint not null,
  primary key (peer_id, service, namespace)
);
create table operations (
  id integer primary key,
  resource_id integer not null references resources,
  role text not null,
  route text,
  operation text not null,
  peer_id integer references peers,
  first_seen_at bigint not null
);
create index on operations (resource_id);
create index on operations (peer_id);

create table spans (
  end_at bigint not null,
  start_at double precision not null,
  duration_seconds double precision not null,
  trace_id text not null,
  span_id text not null,
  parent_span_id text not null,
  operation_id integer not null,
  status smallint not null,
  is_error boolean not null,
  reason text,
  details jsonb
) partition by range (end_at);
create index on spans (trace_id);
create index on spans (operation_id, end_at);

-- measure: 0 duration of requests and calls, 1 own time (errors: those that begin here), 2 gap between caller and callee
create table rollups (
  bucket_at bigint not null,
  operation_id integer not null,
  measure smallint not null,
  count integer not null,
  errors integer not null,
  sum_seconds double precision not null,
  max_seconds double precision not null,
  histogram_offset smallint not null,
  histogram integer[] not null,
  timeouts integer not null,
  connect_errors integer not null,
  rate_limited integer not null,
  retries integer not null,
  dns_errors integer not null,
  redelivered integer not null,
  reasons jsonb,
  statuses jsonb
) partition by range (bucket_at);
create index on rollups (operation_id, bucket_at);

create table heartbeats (
  bucket_at bigint not null,
  resource_id integer not null,
  process_start_at bigint
) partition by range (bucket_at);
create index on heartbeats (resource_id, bucket_at);

create table series (
  id integer primary key,
  identity text not null,
  metric text not null,
  kind text not null,
  unit text not null,
  temporality text not null,
  is_monotonic boolean not null,
  resource_id integer not null references resources,
  attributes jsonb not null,
  first_seen_at bigint not null,
  last_seen_at bigint not null
);
create index on series (metric);

create table points (
  at bigint not null,
  series_id integer not null,
  start_at bigint,
  value double precision
) partition by range (at);
create index on points (series_id, at);

create table distributions (
  at bigint not null,
  series_id integer not null,
  start_at bigint,
  count double precision,
  sum double precision,
  minimum double precision,
  maximum double precision,
  bounds double precision[],
  counts double precision[],
  scale smallint,
  zero_count double precision,
  bucket_offset integer,
  quantiles jsonb
) partition by range (at);
create index on distributions (series_id, at);

create table templates (
  id text primary key,
  service text not null,
  namespace text not null,
  severity text not null,
  template text not null,
  exception jsonb,
  message text not null,
  example text not null,
  -- the template that this one turned out to be a case of
  merged_into text,
  first_seen_at bigint not null
);
create index on templates (service);

create table log_counts (
  bucket_at bigint not null,
  template_id text not null,
  resource_id integer not null,
  count integer not null,
  failing_traces integer not null
) partition by range (bucket_at);
create index on log_counts (template_id, bucket_at);

create table log_lines (
  at bigint not null,
  template_id text not null,
  resource_id integer not null,
  severity text not null,
  text text not null,
  trace_id text,
  attributes jsonb not null
) partition by range (at);
create index on log_lines (template_id, at);

-- What the alert rules remember over a restart: one row a rule state.
create table rule_state (name text primary key, state jsonb not null, saved_at bigint not null);
`,
};

/**
 * The minute first: what is written now then lies together in each index, a few megabytes that stay in memory, however
 * large the partition grows and however many traces, series and operations there are. With a trace, series or operation
 * first, every row touched another page of the whole index. Equal keys of one minute share an entry.
 * Readers have to name the minutes: see `minutes.ts`.
 */
const minuteFirst: Migration = {
  number: 2,
  name: "minute-first",
  sql: `
set local statement_timeout = 0; -- as long as it takes: partitions that were filled before get the new indexes as well
set local maintenance_work_mem = '128MB';
drop index spans_trace_id_idx;
drop index spans_operation_id_end_at_idx;
drop index points_series_id_at_idx;
drop index distributions_series_id_at_idx;
create index spans_minute_trace on spans (((end_at / 60000)::integer), trace_id);
create index spans_minute_operation on spans (((end_at / 60000)::integer), operation_id);
create index points_minute_series on points (((at / 60000)::integer), series_id);
create index distributions_minute_series on distributions (((at / 60000)::integer), series_id);
`,
};

export const telemetryMigrations: Migration[] = [first, minuteFirst];
