import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openEmptyTestDatabase, type TestDatabase } from "../../store/testing.ts";
import { readUnheard } from "./read-unheard.ts";

const minute = 60_000;
const startAt = 1_000 * minute;
let database: TestDatabase;

beforeAll(async () => {
  database = await openEmptyTestDatabase();
  await database.query("create table heartbeats (bucket_at bigint not null)");
});
beforeEach(() => database.query("truncate heartbeats"));
afterAll(() => database.drop());

const heardAt = (...minutes: number[]) =>
  database.query("insert into heartbeats select unnest($1::bigint[])", [
    minutes.map((each) => startAt + each * minute),
  ]);
const unheard = () => readUnheard(database, { startAt, endAt: startAt + 10 * minute });

test("minutes in which nobody at all was heard are one stretch", async () => {
  await heardAt(-2, -1, 0, 1, 2, 6, 7, 8, 9, 10);
  expect(await unheard()).toEqual([{ from: startAt + 3 * minute, to: startAt + 6 * minute }]);
});

test("a single quiet minute is how some exporters breathe", async () => {
  await heardAt(-2, -1, 0, 2, 4, 6, 8, 10);
  expect(await unheard()).toEqual([]);
});
