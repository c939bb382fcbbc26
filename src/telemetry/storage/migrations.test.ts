import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import type { Database } from "../../store/database.ts";
import { migrate } from "../../store/migrate.ts";
import { openEmptyTestDatabase, type TestDatabase } from "../../store/testing.ts";
import { telemetryMigrations } from "./migrations.ts";
import { minuteOf, rowsByMinute } from "./minutes.ts";
import { createPartitionKeeper } from "./partitions.ts";

const minute = 60_000;
/** In the last minute of a partition of spans and of points, so that what follows is in the next one. */
const begin = 10_000 * 60 * minute + 59 * minute;

const opened: TestDatabase[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((database) => database.drop()));
});

async function open(steps = telemetryMigrations.length): Promise<TestDatabase> {
  const database = await openEmptyTestDatabase();
  opened.push(database);
  await migrate(database, telemetryMigrations.slice(0, steps));
  return database;
}

/** A span, a point and a distribution at each instant; ten traces, ten operations, ten series. */
async function fill(database: Database, instants: number[]): Promise<void> {
  const keeper = createPartitionKeeper();
  for (const table of ["spans", "points", "distributions"] as const)
    await keeper.ensure(database, table, Math.min(...instants), Math.max(...instants));
  await database.query(
    `insert into spans select at, at - 10, 0.01, 'trace-' || number % 10, number, '', number % 10, 0, false
     from unnest($1::bigint[]) with ordinality as i(at, number)`,
    [instants],
  );
  for (const table of ["points", "distributions"])
    await database.query(
      `insert into ${table} (at, series_id) select at, number % 10 from unnest($1::bigint[]) with ordinality as i(at, number)`,
      [instants],
    );
}

describe("migrations of telemetry", () => {
  it("come from every earlier schema, with rows, to the same one as from empty", async () => {
    const whole = await open();
    await fill(whole, [begin]);
    for (let earlier = 1; earlier < telemetryMigrations.length; earlier++) {
      const database = await open(earlier);
      await fill(database, [begin]);
      expect(await migrate(database, telemetryMigrations)).toHaveLength(telemetryMigrations.length - earlier);
      expect(await describeSchema(database)).toEqual(await describeSchema(whole));
      for (const table of ["spans", "points", "distributions"])
        expect(await database.query(`select count(*) as rows from ${table}`)).toEqual([{ rows: 1 }]);
    }
  });
});

describe("rows by minute", () => {
  it("are the rows between two instants, in whatever minutes and partitions", async () => {
    const database = await open();
    const instant = fc.integer({ min: begin - 20 * minute, max: begin + 20 * minute });
    const edge = fc.integer({ min: -2, max: 2 }).map((minutes) => begin + minutes * minute);
    const instants = fc.sample(fc.oneof(instant, edge), { numRuns: 500, seed: 1 });
    await fill(database, instants);
    await fc.assert(
      fc.asyncProperty(fc.oneof(instant, edge), fc.oneof(instant, edge), async (from, to) => {
        for (const [table, column, at] of [
          ["spans", "operation_id", "end_at"],
          ["points", "series_id", "at"],
        ] as const) {
          const rows = await database.query<{ at: number; key: number }>(
            `select ${at} as at, ${column} as key
             from ${rowsByMinute(table, { condition: `${column} = any($1)`, from: "$2", to: "$3" })} order by 1, 2`,
            [[3, 4], from, to],
          );
          const expected = instants
            .map((at, index) => ({ at, key: (index + 1) % 10 }))
            .filter(({ at, key }) => at >= from && at < to && (key === 3 || key === 4))
            .sort((left, right) => left.at - right.at || left.key - right.key);
          expect(rows).toEqual(expected);
        }
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    ["a trace", "spans", "trace_id = 'trace-3'", /spans_\S*_trace_id_idx/],
    ["an operation", "spans", "operation_id = any(array[3, 4])", /spans_\S*_operation_id_idx/],
    ["series", "points", "series_id = any(array[3, 4])", /points_\S*_series_id_idx/],
    ["series of distributions", "distributions", "series_id = any(array[3, 4])", /distributions_\S*_series_id_idx/],
  ] as const)("finds %s by its index, and nothing by reading a table", async (_, table, condition, index) => {
    const database = await open();
    await fill(
      database,
      Array.from({ length: 20_000 }, (_, number) => begin + number * 50),
    );
    const plan = await database.query<{ "QUERY PLAN": string }>(
      `explain select * from ${rowsByMinute(table, { condition, from: `${begin}`, to: `${begin + 10 * minute}` })}`,
    );
    const text = plan.map((row) => row["QUERY PLAN"]).join("\n");
    expect(text).toMatch(index);
    expect(text).not.toMatch(/Seq Scan/);
  });

  it("finds the last span without reading all of the last hour", async () => {
    const database = await open();
    await fill(
      database,
      Array.from({ length: 20_000 }, (_, number) => begin + number * 50),
    );
    const plan = await database.query<{ "QUERY PLAN": string }>(
      `explain select max(${minuteOf("end_at")}) from spans where end_at >= ${begin - 60 * minute}`,
    );
    expect(plan.map((row) => row["QUERY PLAN"]).join("\n")).not.toMatch(/Seq Scan/);
  });
});

/** Columns and indexes, sorted. */
async function describeSchema(database: Database): Promise<string[]> {
  const rows = await database.query<{ line: string }>(
    `select table_name || '.' || column_name || ' ' || data_type as line from information_schema.columns
     where table_schema = 'public' and table_name <> 'schema_migrations'
     union all select indexdef from pg_indexes where schemaname = 'public' order by 1`,
  );
  return rows.map(({ line }) => line);
}
