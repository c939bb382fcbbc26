import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestDatabase, type TestDatabase } from "../store/testing.ts";
import { holdOneWriter } from "./hold-one-writer.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.drop());

test("says so when the connection breaks that holds the lock, and another may have it then", async () => {
  const lost: string[] = [];
  const first = await holdOneWriter(database, (problem) => void lost.push(problem));
  await database.query(
    `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and classid = 3 and granted
     and database = (select oid from pg_database where datname = current_database())`,
  );
  await expect.poll(() => lost).toEqual([expect.stringMatching(/terminat/i)]);
  const second = await holdOneWriter(database, () => {});
  await second.release();
  await first.release();
});

test("says nothing of the sort when the lock is given back", async () => {
  const lost: string[] = [];
  await (await holdOneWriter(database, (problem) => void lost.push(problem))).release();
  expect(lost).toEqual([]);
});
