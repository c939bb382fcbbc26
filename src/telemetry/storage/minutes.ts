/** Instants are milliseconds. The length of a minute is part of the indexes: another one needs new indexes. */
const MINUTE_MILLISECONDS = 60_000;
const HOUR_MILLISECONDS = 60 * MINUTE_MILLISECONDS;

/** The column by which the table is partitioned, whose minute its indexes begin with. */
const instantColumns = { spans: "end_at", points: "at", distributions: "at" } as const;

/** The minute of an instant (SQL) as the indexes have it. */
export function minuteOf(instant: string): string {
  return `((${instant}) / ${MINUTE_MILLISECONDS})::integer`;
}

/**
 * Rows from an instant to before another (both SQL) that fulfil a condition on the column that follows the minute in an
 * index: the trace, the operation, the series. To stand after `from`, under the name `rows`.
 *
 * The minutes are named, because PostgreSQL before 18 finds nothing by the second column of an index alone; hour by hour,
 * because PostgreSQL before 17 looks for each named minute in every partition that might have rows.
 */
export function rowsByMinute(
  table: keyof typeof instantColumns,
  { condition, from, to }: { condition: string; from: string; to: string },
): string {
  const at = instantColumns[table];
  const first = `greatest(${from}, hour * ${HOUR_MILLISECONDS}) / ${MINUTE_MILLISECONDS}`;
  const last = `least(${to}, (hour + 1) * ${HOUR_MILLISECONDS} - 1) / ${MINUTE_MILLISECONDS}`;
  // `offset 0` keeps it hour by hour, whatever the statistics say about the number of rows.
  return `generate_series(${from}::bigint / ${HOUR_MILLISECONDS}, ${to}::bigint / ${HOUR_MILLISECONDS}) as hour
    cross join lateral (
      select * from ${table}
      where ${minuteOf(at)} = any(array(select generate_series(${first}, ${last})::integer))
        and ${condition} and ${at} >= ${from} and ${at} < ${to}
        and ${at} >= hour * ${HOUR_MILLISECONDS} and ${at} < (hour + 1) * ${HOUR_MILLISECONDS} offset 0
    ) as rows`;
}
