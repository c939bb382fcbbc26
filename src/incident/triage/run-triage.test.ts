import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
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

const triage = () =>
  runTriage({
    database,
    openStates: rememberOpenStates(),
    entities: () => [],
    edges: () => [],
    withEntities: (item) => item,
    exitConditionFor: (kind) => exitConditionFor(kind),
    now: () => minute(5),
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
});
