import type { DatabaseActivity } from "../../core/observation.ts";

/** Tools and statements that read or write much at once, whatever the schema. */
const jobClients =
  /pg_dump|pg_basebackup|pg_restore|mysqldump|xtrabackup|mongodump|barman|pgbackrest|wal-g|backup|dump|export|etl|report|analytics|airflow|dbt|metabase|looker|tableau|batch|cron|job/i;
const jobStatements =
  /^\s*(copy\b.*\bto\b|declare\b.*\bcursor\b|fetch\b.*\b(from|in)\b|vacuum|reindex|cluster\b|refresh materialized|analyze|create (unique )?index|alter table|checkpoint|create table .* as|select pg_(start|stop)_backup|insert into .* select|lock table .* access share)/i;

/** A session that has run this long is a job and no request. */
const jobSeconds = 10;

type Session = DatabaseActivity["running"][number];

/** Work beside the requests: a backup, an export, a report, maintenance. */
export function isJob({ client, query, seconds }: Session): boolean {
  return seconds >= jobSeconds && (jobClients.test(client) || jobStatements.test(query));
}

/** Positions among `statements` of those that jobs run now, and of those that only jobs run. */
export function statementsOfJobs({ running, statements }: DatabaseActivity): Set<number> {
  const jobs = new Set(running.filter(isJob).map(({ query }) => shapeOf(query)));
  const isOfJob = (query: string) => jobs.has(shapeOf(query)) || jobStatements.test(query);
  return new Set(statements.flatMap(({ query }, index) => (isOfJob(query) ? [index] : [])));
}

/** A session shows values, the statistics may show their places: what is left without both is the statement. */
function shapeOf(query: string): string {
  return query
    .toLowerCase()
    .replaceAll(/'[^']*'|\$\d+|\b\d+(\.\d+)?\b/g, "?")
    .replaceAll(/\s+/g, " ")
    .trim();
}
