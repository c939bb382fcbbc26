import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openEmptyTestDatabase, type TestDatabase } from "../../store/testing.ts";
import { appendRows, type CopyType, copyRows, createCopyBuffer, jsonColumn, pushRow } from "./copy-rows.ts";
import { telemetryMigrations } from "./migrations.ts";
import { batchColumns } from "./writer.ts";

const columns: Record<string, CopyType> = {
  instant: "bigint",
  number: "integer",
  small: "smallint",
  ratio: "double precision",
  is_so: "boolean",
  words: "text",
  details: "jsonb",
  counts: "integer[]",
  bounds: "double precision[]",
};
type Row = [
  number | null,
  number | null,
  number | null,
  number | null,
  boolean | null,
  string | null,
  unknown,
  number[] | null,
  number[] | null,
];

let database: TestDatabase;
beforeAll(async () => {
  database = await openEmptyTestDatabase();
  const list = Object.entries(columns).map(([name, type]) => `${name} ${type}`);
  await database.query(`create table copied (position serial, ${list.join(", ")})`);
});
afterAll(() => database.drop());

/** As PostgreSQL keeps a text: no zeros, no halves of surrogate pairs. */
const kept = (text: string) => Buffer.from(text.replaceAll("\0", "\ufffd")).toString();

async function roundTrip(rows: Row[]): Promise<Row[]> {
  const buffer = createCopyBuffer("copied", columns);
  for (const [instant, number, small, ratio, isSo, words, details, counts, bounds] of rows)
    pushRow(buffer, 0, [
      instant,
      number,
      small,
      ratio,
      isSo,
      words,
      details === null ? null : jsonColumn(details),
      counts,
      bounds,
    ]);
  const client = await database.pool.connect();
  try {
    await client.query("truncate copied restart identity");
    await copyRows(client, buffer);
  } finally {
    client.release();
  }
  const stored = await database.query("select * from copied order by position");
  return stored.map((row) => Object.keys(columns).map((name) => row[name]) as Row);
}

it("brings back every value as it was given, whatever texts, numbers and gaps", async () => {
  const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null });
  const double = fc.double().map((value) => (Object.is(value, -0) ? 0 : value));
  const integer = fc.integer();
  const text = fc.string({ unit: "binary", maxLength: 200 });
  const row: fc.Arbitrary<Row> = fc.tuple(
    maybe(fc.maxSafeInteger()),
    maybe(integer),
    maybe(fc.integer({ min: -32_768, max: 32_767 })),
    maybe(double),
    maybe(fc.boolean()),
    maybe(text),
    maybe(fc.dictionary(fc.string({ maxLength: 5 }), fc.string({ maxLength: 60 }))),
    maybe(fc.array(integer, { maxLength: 30 })),
    maybe(fc.array(double, { maxLength: 30 })),
  );
  const expected = (rows: Row[]) =>
    rows.map(([instant, number, small, ratio, isSo, words, ...rest]) => [
      instant,
      number,
      small,
      ratio,
      isSo,
      words === null ? null : kept(words),
      ...rest,
    ]);
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 40 }), async (rows) => {
      expect(await roundTrip(rows)).toEqual(expected(rows));
    }),
    { numRuns: 25 },
  );
}, 60_000);

it("writes rows that are larger than one piece of memory, and many that fill several", async () => {
  const long = "ü".repeat(150_000);
  const many = Array.from({ length: 3_000 }, (_, index): Row => {
    return [index, index, 1, 0.5, true, "a text of some length", { index }, [index], [0.25, Number.POSITIVE_INFINITY]];
  });
  const rows: Row[] = [...many, [1, 2, 3, 4, false, long, { long }, [], []], ...many.slice(0, 10)];
  expect(await roundTrip(rows)).toEqual(rows);
});

it("takes over the rows of a batch that could not be written", async () => {
  const failed = createCopyBuffer("heartbeats", { at: "bigint", id: "integer" });
  const next = createCopyBuffer("heartbeats", { at: "bigint", id: "integer" });
  for (let id = 0; id < 5; id++) pushRow(failed, 100 + id, [100 + id, id]);
  pushRow(next, 50, [50, 99]);
  appendRows(next, failed);
  expect({ rows: next.rows, earliest: next.earliest, latest: next.latest }).toEqual({
    rows: 6,
    earliest: 50,
    latest: 104,
  });
  await database.query("create table heartbeats (at bigint, id integer)");
  const client = await database.pool.connect();
  await copyRows(client, next).finally(() => client.release());
  const stored = await database.query<{ id: number }>("select id from heartbeats order by id");
  expect(stored.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4, 99]);
});

it("fills every column of the telemetry tables under its own type", async () => {
  const empty = await openEmptyTestDatabase();
  for (const { sql } of telemetryMigrations) await empty.query(sql);
  for (const [table, declared] of Object.entries(batchColumns)) {
    const found = await empty.query<{ name: string; type: CopyType }>(
      `select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
       where attrelid = $1::regclass and attnum > 0 and not attisdropped`,
      [table],
    );
    expect({ [table]: declared }).toEqual({ [table]: Object.fromEntries(found.map(({ name, type }) => [name, type])) });
  }
  await empty.drop();
});
