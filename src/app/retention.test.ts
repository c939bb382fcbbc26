import { afterAll, beforeAll, expect, test } from "vitest";
import { t0 } from "../core/samples.testing.ts";
import { createCommit } from "../incident/commit.ts";
import { incidentRowOf } from "../incident/incident-row.ts";
import { openedBody, sampleVerification } from "../incident/samples.testing.ts";
import { appendEvents } from "../store/incident-events.ts";
import { listRefusedItems, storeRefusedItem } from "../store/items.ts";
import { readObservation, storeObservation } from "../store/observations.ts";
import { midwatch, sampleObservation } from "../store/samples.testing.ts";
import { openTestDatabase, type TestDatabase } from "../store/testing.ts";
import { configSchema } from "./config/config-schema.ts";
import { applyRetention } from "./retention.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.drop());

const day = 86_400_000;

test("what no incident rests on goes when its days are over; what a verification saw stays", async () => {
  const [old, recent, cited] = ["old", "recent", "cited"].map((source) =>
    sampleObservation({ source, observedAt: source === "recent" ? t0 : t0 - 30 * day }),
  );
  if (!old || !recent || !cited) throw new Error("three were made");
  for (const observation of [old, recent, cited]) await storeObservation(database, observation);
  await appendEvents(database, {
    incidentId: "incident-1",
    afterSequence: 0,
    actor: midwatch,
    at: t0 - 30 * day,
    activityId: null,
    bodies: [openedBody()],
    toRow: incidentRowOf,
  });
  const commit = createCommit({ database, now: () => t0, channelsFor: () => [] });
  const verification = { ...sampleVerification("recovered"), observationIds: [cited.id] };
  await commit({
    incidentId: "incident-1",
    actor: midwatch,
    activityId: null,
    decide: () => ({ events: [{ type: "verification-looked", verification }] }),
  });
  for (const receivedAt of [t0 - 60 * day, t0])
    await storeRefusedItem(database, { source: "webhook", receivedAt, place: "", problem: "no JSON", raw: "{" });

  const left = [2, 0];
  const days = configSchema.parse({}).retention;
  await applyRetention({ database, days, forgetFinished: async () => left.shift() ?? 0, now: t0 });

  expect(await readObservation(database, old.id)).toBeUndefined();
  expect(await readObservation(database, recent.id)).toBeDefined();
  expect(await readObservation(database, cited.id)).toBeDefined();
  expect(await listRefusedItems(database, 10)).toHaveLength(1);
  expect(left).toEqual([]);
});
