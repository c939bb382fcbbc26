import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestDatabase, type TestDatabase } from "./testing.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.drop());

test("a statement with a name is prepared once a connection, inside a transaction as well", async () => {
  const text = "select $1::integer + 1 as next";
  const prepared = await database.transaction(async (transaction) => {
    for (const given of [1, 2, 3]) {
      expect(await transaction.query(text, [given], { prepareAs: "next-one" })).toEqual([{ next: given + 1 }]);
    }
    await transaction.query(text, [1]);
    return transaction.query("select name, statement from pg_prepared_statements");
  });
  expect(prepared).toEqual([{ name: "next-one", statement: text }]);
});

test("a statement that fails is told as the same error, prepared or not", async () => {
  for (const options of [{}, { prepareAs: "division" }]) {
    await expect(database.query("select 1 / $1::integer as nothing", [0], options)).rejects.toThrow("division by zero");
  }
});
