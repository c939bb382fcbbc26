import { afterAll, beforeAll, expect, test } from "vitest";
import { openEntityRegister } from "../knowledge/entity-register.ts";
import { type ItemToStore, listRefusedItems } from "../store/items.ts";
import { openTestDatabase, type TestDatabase } from "../store/testing.ts";
import { createIntake } from "./intake.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.drop());

const alert = {
  version: "4",
  status: "firing",
  receiver: "midwatch",
  alerts: [{ status: "firing", labels: { alertname: "Slow" }, annotations: {}, startsAt: "2026-01-01T00:00:00Z" }],
};

async function intakeWith(waiting: number) {
  const written: ItemToStore[] = [];
  const intake = createIntake({
    database,
    urgent: database,
    register: await openEntityRegister(database),
    writer: {
      waiting,
      write: async (item) => {
        written.push(item);
        return { id: item.item.id, news: "new" };
      },
    },
    triage: async () => {},
    place: async () => {},
    findSignal: () => null,
    now: () => Date.parse("2026-01-01T00:01:00Z"),
  });
  return { intake, written };
}

test("as long as the disk follows, alerts are taken", async () => {
  const { intake, written } = await intakeWith(1_000);
  expect((await intake.alertmanager("bench", alert)).itemIds).toHaveLength(1);
  expect(written).toHaveLength(1);
});

test("beyond what memory should hold, senders are told to come again, and nothing of theirs is taken", async () => {
  const { intake, written } = await intakeWith(5_000);
  await expect(intake.alertmanager("bench", alert)).rejects.toMatchObject({ code: "MW_BUSY" });
  expect(written).toEqual([]);
  expect(await listRefusedItems(database, 10)).toEqual([]); // it is not the sender's mistake
});
