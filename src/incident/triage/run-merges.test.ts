import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { IncidentEventBody } from "../../core/incident-events.ts";
import { t0 } from "../../core/samples.testing.ts";
import { appendEvents, readEvents } from "../../store/incident-events.ts";
import { readIncidentRow } from "../../store/incidents.ts";
import { readTriage, storeItems } from "../../store/items.ts";
import { midwatch, sampleItem } from "../../store/samples.testing.ts";
import { openTestDatabase, type TestDatabase } from "../../store/testing.ts";
import { foldIncident } from "../fold.ts";
import { incidentRowOf } from "../incident-row.ts";
import { nextStep } from "../next-step.ts";
import { rememberOpenStates } from "../open-states.ts";
import { openedBody, sampleAnswer, sampleHypothesis, samplePlan } from "../samples.testing.ts";
import { runMerges } from "./run-merges.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
beforeEach(() => database.query("truncate incident_events, incident_activities, incidents, incoming_items cascade"));
afterAll(() => database.drop());

const answered: IncidentEventBody = { type: "answer-concluded", answer: sampleAnswer() };

test("merges two incidents with one cause once, keeps every alert, and takes the younger's proposal back", async () => {
  const settings = { database, openStates: rememberOpenStates(), now: () => t0 + 60_000 };
  await write("old", t0, openedBody({ itemId: "item-old" }), answered);
  await write(
    "young",
    t0 + 20_000,
    openedBody({ itemId: "item-young", severity: "critical", startsAt: t0 + 20_000 }),
    answered,
    { type: "plan-proposed", plan: samplePlan(), alternatives: [] },
    { type: "item-resolved", itemId: "item-young", title: "errors", resolvedAt: t0 },
  );

  expect(await runMerges(settings)).toBe(1);
  expect(await runMerges(settings)).toBe(0);

  const younger = await stateOf("young");
  expect(younger).toMatchObject({ mergedInto: "old", plan: null, closed: { reason: expect.stringContaining("old") } });
  expect(nextStep(younger, t0 + 60_000)).toMatchObject({ kind: "wait", why: "it is closed" });
  const older = await stateOf("old");
  expect(older.items.map(({ itemId, state }) => [itemId, state])).toEqual([
    ["item-old", "firing"],
    ["item-young", "resolved"],
  ]);
  expect(older.severity).toBe("critical");
  expect((await readIncidentRow(database, "young"))?.closedAt).not.toBeNull();
  expect((await readTriage(database, { itemIds: ["item-young"] })).at(-1)).toMatchObject({
    outcome: "joined",
    incidentId: "old",
  });
});

test("what would go into an incident that went into another one itself stays until the next run", async () => {
  const flagElsewhere = sampleHypothesis({ id: "feature-flag@e-front", entityId: "e-front" });
  const leads = {
    type: "answer-concluded" as const,
    answer: sampleAnswer({ verdict: "leads", hypotheses: [flagElsewhere] }),
  };
  await write("first", t0, openedBody({ itemId: "item-1" }), answered);
  await write("second", t0 + 10_000, openedBody({ itemId: "item-2", startsAt: t0 + 10_000 }), leads);
  await write(
    "third",
    t0 + 20_000,
    openedBody({ itemId: "item-3", entityIds: ["e-front"], startsAt: t0 + 20_000 }),
    leads,
  );

  expect(await runMerges({ database, openStates: rememberOpenStates(), now: () => t0 + 60_000 })).toBe(1);

  expect(await stateOf("second")).toMatchObject({ mergedInto: "first" });
  expect(await stateOf("third")).toMatchObject({ closed: null });
  expect((await stateOf("second")).items.map(({ itemId }) => itemId)).toEqual(["item-2"]);
});

async function write(
  incidentId: string,
  at: number,
  opening: ReturnType<typeof openedBody>,
  ...rest: IncidentEventBody[]
) {
  await storeItems(database, [{ item: sampleItem({ id: opening.itemId, fingerprint: opening.itemId }), raw: null }]);
  await appendEvents(database, {
    incidentId,
    afterSequence: 0,
    actor: midwatch,
    at,
    activityId: null,
    bodies: [opening, ...rest],
    toRow: incidentRowOf,
  });
}

async function stateOf(incidentId: string) {
  const state = foldIncident(await readEvents(database, incidentId));
  if (!state) throw new Error(`${incidentId} is not there`);
  return state;
}
