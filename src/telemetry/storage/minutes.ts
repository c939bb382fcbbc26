/** Instants are milliseconds. The length is part of the indexes: another one needs new indexes. */
const MINUTE_MILLISECONDS = 60_000;

/** The column by which the table is partitioned, whose minute its indexes begin with. */
const instantColumns = { spans: "end_at", points: "at", distributions: "at" } as const;

/** The minute of an instant (SQL) as the indexes have it. */
export function minuteOf(instant: string): string {
  return `((${instant}) / ${MINUTE_MILLISECONDS})::integer`;
}

/**
 * Rows from an instant to before another (both SQL) that fulfil a condition on the column that follows the minute in an
 * index: the trace, the operation, the series. To stand after `from`, under the name `rows`. One look into the index a
 * minute, in the one partition that has it; without naming minutes, PostgreSQL before 18 would read whole indexes.
 */
export function rowsByMinute(
  table: keyof typeof instantColumns,
  { condition, from, to }: { condition: string; from: string; to: string },
): string {
  const at = instantColumns[table];
  // `offset 0`: always minute by minute, not joined in another way because the statistics know of few rows.
  return `generate_series(${from}::bigint / ${MINUTE_MILLISECONDS}, ${to}::bigint / ${MINUTE_MILLISECONDS}) as minute
    cross join lateral (
      select * from ${table}
      where ${minuteOf(at)} = minute::integer and ${condition} and ${at} >= ${from} and ${at} < ${to}
        and ${at} >= minute * ${MINUTE_MILLISECONDS} and ${at} < (minute + 1) * ${MINUTE_MILLISECONDS} offset 0
    ) as rows`;
}
