import { afterAll, beforeAll, expect, test } from "vitest";
import { triageLock } from "../incident/triage/run-triage.ts";
import { openEntityRegister } from "../knowledge/entity-register.ts";
import { openItemWriter } from "../store/item-writer.ts";
import { readItem, takeUntriagedItems } from "../store/items.ts";
import { sampleItem } from "../store/samples.testing.ts";
import { openTestDatabase, type TestDatabase } from "../store/testing.ts";
import { createAlertLine } from "./alert-line.ts";
import { configSchema } from "./config/config-schema.ts";
import { createLiveNews } from "./live-news.ts";
import { createOwnMetrics } from "./own-metrics.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.drop());

test("while triage is held up, senders are answered, however many commits ask for triage", async () => {
  const writer = openItemWriter(database);
  const line = createAlertLine({
    estateIsKnown: async () => {},
    database,
    register: await openEntityRegister(database),
    writer,
    exit: configSchema.parse({}).exit,
    metrics: createOwnMetrics(),
    news: createLiveNews(),
    now: () => Date.now(),
  });
  const write = (id: string) => writer.write({ item: sampleItem({ id, fingerprint: id }), raw: null });
  await write("first");
  let asked: Promise<void>[] = [];
  await database.transaction(async (transaction) => {
    await transaction.query("select pg_advisory_xact_lock($1)", [triageLock]); // as another process does that decides
    const many = database.pool.options.max * 5;
    asked = Array.from({ length: many }, () => [line.triage(), line.merge()]).flat();
    for (let index = 0; index < many; index++) await write(`meanwhile-${index}`);
    expect(await readItem(database, "meanwhile-0")).toBeDefined();
    expect(database.pool.waitingCount).toBe(0);
  });
  await Promise.all(asked);
  expect(await takeUntriagedItems(database, 10)).toEqual([]);
});
