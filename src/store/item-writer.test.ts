import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "./database.ts";
import { openItemWriter } from "./item-writer.ts";
import { readItems } from "./items.ts";
import { sampleItem } from "./samples.testing.ts";
import { openTestDatabase, type TestDatabase } from "./testing.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.drop());

/** The database, and how many items each commit brought. */
function counted() {
  const commits: number[] = [];
  const counting: Database = {
    ...database,
    query: (text, values, options) => {
      commits.push(JSON.parse(String(values?.[0])).length);
      return database.query(text, values, options);
    },
  };
  return { commits, counting };
}

test("a lone item is written at once, and what comes meanwhile and just after in one commit", async () => {
  const { commits, counting } = counted();
  const writer = openItemWriter(counting);
  const write = (id: string) => writer.write({ item: sampleItem({ id, fingerprint: id }), raw: null });
  const first = write("one");
  await Promise.resolve();
  await Promise.resolve();
  expect(commits).toEqual([1]);
  const rest = Array.from({ length: 20 }, (_, index) => write(`more-${index}`));
  expect(writer.waiting).toBe(20);
  const stored = await Promise.all([first, ...rest]);
  expect(commits).toEqual([1, 20]);
  expect(stored.map(({ news }) => news)).toEqual(stored.map(() => "new"));
  const ids = stored.map(({ id }) => id);
  expect((await readItems(database, ids)).map(({ item }) => item.id)).toEqual(ids);
});

test("an item is answered only when it is on disk", async () => {
  const writer = openItemWriter(database);
  for (let time = 0; time < 5; time++) {
    const { id } = await writer.write({ item: sampleItem({ id: `t${time}`, fingerprint: `t${time}` }), raw: null });
    expect(await readItems(database, [id])).toHaveLength(1);
  }
  expect(writer.waiting).toBe(0);
});
