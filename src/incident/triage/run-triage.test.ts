import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Database } from "../../store/database.ts";
import { readEvents } from "../../store/incident-events.ts";
import { countIncidents } from "../../store/incidents.ts";
import { readItem, readTriage, storeItems, takeUntriagedItems } from "../../store/items.ts";
import { minute, sampleItem } from "../../store/samples.testing.ts";
import { openTestDatabase, type TestDatabase } from "../../store/testing.ts";
import { exitConditionFor } from "../exit-condition.ts";
import { rememberOpenStates } from "../open-states.ts";
import { runTriage } from "./run-triage.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
beforeEach(() =>
  database.query("truncate incident_events, incident_activities, incidents, incoming_items, triage_decisions cascade"),
);
afterAll(() => database.drop());

const triage = (changes: Partial<Parameters<typeof runTriage>[0]> = {}) =>
  runTriage({
    database,
    openStates: rememberOpenStates(),
    entities: () => [],
    edges: () => [],
    withEntities: (item) => item,
    exitConditionFor: (kind) => exitConditionFor(kind),
    now: () => minute(5),
    ...changes,
  });
const ids = ["a", "b", "c"];
const store = (status: "firing" | "resolved") =>
  storeItems(
    database,
    ids.map((id) => ({
      item: sampleItem({ id, fingerprint: id, status, endsAt: status === "resolved" ? minute(4) : null }),
      raw: null,
    })),
  );

describe("triage of what waits", () => {
  test("decides about each item once, however many do it at the same time", async () => {
    await store("firing");
    const counts = await Promise.all([triage(), triage(), triage()]);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(3);
    for (const id of ids) expect(await readTriage(database, { itemIds: [id] })).toHaveLength(1);
    expect((await countIncidents(database)).open).toBe(1);
    expect(await takeUntriagedItems(database, 10)).toEqual([]);
  });

  test("takes the end of an alert as news of its incident", async () => {
    await store("firing");
    await triage();
    await store("resolved");
    expect(await triage()).toBe(3);
    const decisions = await readTriage(database, { itemIds: ["a"] });
    expect(decisions.map(({ outcome }) => outcome)).toEqual([expect.stringMatching(/opened|joined/), "resolved"]);
    expect((await readItem(database, "a"))?.incidentId).toBe(decisions[0]?.incidentId);
  });

  test("keeps why an alert is over, where whoever raised it says so", async () => {
    const alert = sampleItem({ id: "a", fingerprint: "a" });
    await storeItems(database, [{ item: alert, raw: null }]);
    await triage();
    const endReason = "its process ended";
    await storeItems(database, [{ item: { ...alert, status: "resolved", endsAt: minute(4), endReason }, raw: null }]);
    await triage();
    expect((await readTriage(database, { itemIds: ["a"] })).at(-1)).toMatchObject({ reason: endReason });
    const incidentId = (await readItem(database, "a"))?.incidentId ?? "";
    expect((await readEvents(database, incidentId)).at(-1)?.body).toMatchObject({
      type: "item-resolved",
      reason: endReason,
    });
  });

  test("asks no more when the alerts are many, and nothing twice about an incident that has many already", async () => {
    const openStates = rememberOpenStates();
    const questions: string[] = [];
    const counting: Database = {
      ...database,
      transaction: (work) =>
        database.transaction((transaction) => {
          const query: Database["query"] = (text, values) => {
            questions.push(text);
            return transaction.query(text, values);
          };
          const counted: Database = { query, transaction: (inner) => inner(counted) };
          return work(counted);
        }),
    };
    const storm = async (from: number, count: number): Promise<number> => {
      const items = Array.from({ length: count }, (_, index) => {
        const id = `alert-${from + index}`;
        return { item: sampleItem({ id, fingerprint: id }), raw: null };
      });
      await storeItems(database, items);
      questions.length = 0;
      expect(await triage({ database: counting, openStates })).toBe(count);
      return questions.length;
    };
    await storm(0, 1);
    const forOne = await storm(1, 1);
    expect(await storm(2, 400)).toBe(forOne);
    expect(await storm(402, 1)).toBe(forOne);
    const [events] = await database.query<{ count: number }>("select count(*) from incident_events");
    expect(events?.count).toBe(403);
    const [row] = await database.query<{ summary: { itemCount: number } }>("select summary from incidents");
    expect(row?.summary.itemCount).toBe(403);
  });

  test("gives others their turn, however long deciding about one item takes", async () => {
    await store("firing");
    let turns = 0;
    const turnsSeen: number[] = [];
    const count = () => {
      turns += 1;
      turning = setImmediate(count);
    };
    let turning = setImmediate(count);
    await triage({
      withEntities: (item) => {
        turnsSeen.push(turns);
        const until = performance.now() + 20; // an estate in which much has to be compared
        while (performance.now() < until);
        return item;
      },
    });
    clearImmediate(turning);
    expect(turnsSeen).toHaveLength(3);
    expect(new Set(turnsSeen).size).toBe(3);
  });
});
