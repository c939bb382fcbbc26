import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { IncidentEventBody } from "../../core/incident-events.ts";
import type { OverruleVerdict } from "../../core/item.ts";
import { appendEvents, readEvents } from "../../store/incident-events.ts";
import { listIncidents, readIncidentRow } from "../../store/incidents.ts";
import { readItem, readTriage, storeItems, takeUntriagedItems } from "../../store/items.ts";
import { midwatch, minute, sampleItem } from "../../store/samples.testing.ts";
import { openTestDatabase, type TestDatabase } from "../../store/testing.ts";
import { exitConditionFor } from "../exit-condition.ts";
import { foldIncident } from "../fold.ts";
import { incidentRowOf } from "../incident-row.ts";
import { rememberOpenStates } from "../open-states.ts";
import { openedBody, sampleAnswer } from "../samples.testing.ts";
import { runMerges } from "./run-merges.ts";
import { runPlacement } from "./run-placement.ts";
import { runTriage } from "./run-triage.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
beforeEach(() =>
  database.query("truncate incident_events, incident_activities, incidents, incoming_items, triage_decisions cascade"),
);
afterAll(() => database.drop());

const settings = () => ({
  database,
  openStates: rememberOpenStates(),
  entities: () => [],
  edges: () => [],
  withEntities: <Item>(item: Item) => item,
  exitConditionFor: (kind: Parameters<typeof exitConditionFor>[0]) => exitConditionFor(kind),
  now: () => minute(5),
});
const say = (itemId: string, verdict: OverruleVerdict, incidentId: string | null = null) =>
  runPlacement(settings(), itemId, { verdict, person: "Ada", why: "another team", incidentId });
const alert = (id: string, changes = {}) => sampleItem({ id, fingerprint: id, title: `${id} fails`, ...changes });
const store = (...ids: string[]) =>
  storeItems(
    database,
    ids.map((id) => ({ item: alert(id), raw: null })),
  );
const stateOf = async (id: string) => {
  const state = foldIncident(await readEvents(database, id));
  if (!state) throw new Error(`${id} is not there`);
  return state;
};
const incidentOf = async (itemId: string) => (await readItem(database, itemId))?.incidentId ?? "";
const write = (incidentId: string, ...bodies: IncidentEventBody[]) =>
  appendEvents(database, {
    incidentId,
    afterSequence: null,
    actor: midwatch,
    at: minute(2),
    activityId: null,
    bodies,
    toRow: incidentRowOf,
  });
const openIds = async () => (await listIncidents(database, { state: "open" }, { limit: 10 })).map(({ id }) => id);

describe("a person's word on an alert", () => {
  beforeEach(async () => {
    await store("cart", "queue");
    await runTriage(settings()); // both name the same thing, so they are one incident
  });

  test("splits it off into an incident of its own, with who, when and why, once", async () => {
    const shared = await incidentOf("queue");
    expect(shared).toBe(await incidentOf("cart"));
    await Promise.all([say("queue", "split-off"), say("queue", "split-off")]);
    await say("queue", "split-off");
    const own = await incidentOf("queue");
    expect(await openIds()).toEqual(expect.arrayContaining([own, shared]));
    expect(await openIds()).toHaveLength(2);
    expect((await stateOf(shared)).items.map(({ itemId }) => itemId)).toEqual(["cart"]);
    const [opened] = await readEvents(database, own);
    expect(opened).toMatchObject({
      at: minute(5),
      actor: { kind: "person", name: "Ada" },
      body: { type: "incident-opened", reason: "Ada says that it is a matter of its own: another team" },
    });
    const words = (await readTriage(database, { itemIds: ["queue"] })).filter(({ actor }) => actor.kind === "person");
    expect(words[0]).toMatchObject({ outcome: "opened", incidentId: own, grounds: { verdict: "split-off" } });
    expect((await readEvents(database, shared)).filter(({ body }) => body.type === "item-split-off")).toHaveLength(1);
  });

  test("is not undone by correlation: neither by a merge, nor when the alert comes back", async () => {
    const shared = await incidentOf("queue");
    await say("queue", "split-off");
    const own = await incidentOf("queue");
    const answered: IncidentEventBody = { type: "answer-concluded", answer: sampleAnswer() };
    await write(shared, answered);
    await write(own, answered);
    expect(await runMerges(settings())).toBe(0);
    await write(own, { type: "incident-closed", reason: "over" });
    await storeItems(database, [
      { item: alert("queue again", { fingerprint: "queue", startsAt: minute(3), receivedAt: minute(3) }), raw: null },
    ]);
    await runTriage(settings());
    expect(await incidentOf("queue again")).not.toBe(shared);
  });

  test("takes an alert out of an incident that others went into, and follows a merged one to where it went", async () => {
    const shared = await incidentOf("queue");
    await write("went", openedBody({ itemId: "old" }), {
      type: "merged-into",
      incidentId: shared,
      reason: "one cause",
    });
    await say("queue", "split-off");
    const own = await incidentOf("queue");
    await say("queue", "belongs-to", "went");
    expect(await incidentOf("queue")).toBe(shared);
    expect((await stateOf(own)).mergedInto).toBe(shared);
    expect((await stateOf(shared)).items.map(({ itemId }) => itemId)).toEqual(["cart", "queue"]);
    // Split off a second time it opens another one: what is closed stays closed.
    await say("queue", "split-off");
    expect([own, shared]).not.toContain(await incidentOf("queue"));
  });

  test("can be that it is no trouble: the incident ends with its last alert, and its end changes nothing", async () => {
    const shared = await incidentOf("queue");
    await say("queue", "noise");
    await say("cart", "noise");
    expect(await openIds()).toEqual([]);
    expect((await readIncidentRow(database, shared))?.closedAt).toBe(minute(5));
    await storeItems(database, [{ item: alert("cart", { status: "resolved", endsAt: minute(6) }), raw: null }]);
    await runTriage(settings());
    expect((await readTriage(database, { itemIds: ["cart"] })).at(-1)).toMatchObject({ outcome: "kept-quiet" });
  });

  test("does not lose the end of an alert that waits for triage while somebody says where it belongs", async () => {
    await say("queue", "split-off");
    await storeItems(database, [{ item: alert("queue", { status: "resolved", endsAt: minute(6) }), raw: null }]);
    const own = await incidentOf("queue");
    await say("queue", "belongs-to", own);
    expect(await takeUntriagedItems(database, 10)).toHaveLength(1);
    await runTriage(settings());
    expect((await stateOf(own)).items).toMatchObject([{ itemId: "queue", state: "resolved" }]);
  });

  test("is refused when it names nothing, or something that is over", async () => {
    await expect(say("none", "split-off")).rejects.toMatchObject({ code: "MW_NOT_FOUND" });
    await expect(say("queue", "belongs-to", "none")).rejects.toMatchObject({ code: "MW_NOT_FOUND" });
    await write("over", openedBody({ itemId: "old" }), { type: "incident-closed", reason: "over" });
    await expect(say("queue", "belongs-to", "over")).rejects.toMatchObject({ code: "MW_INCIDENT_CLOSED" });
  });

  test("that is an opinion only is kept once, and what waits for triage goes on waiting", async () => {
    await store("mail");
    await say("mail", "right");
    await say("mail", "right");
    expect(await readTriage(database, { itemIds: ["mail"] })).toHaveLength(1);
    expect(await takeUntriagedItems(database, 10)).toHaveLength(1);
  });
});
