import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { IncidentEvent, IncidentEventBody } from "../core/incident-events.ts";
import { type Append, appendEvents, readEvents, readEventsOfActivity, readIncidentIds } from "./incident-events.ts";
import {
  countIncidents,
  type IncidentRow,
  listIncidents,
  listOpenIncidentHeads,
  readIncidentRow,
} from "./incidents.ts";
import { listen } from "./notifications.ts";
import { rebuildIncidents } from "./rebuild-incidents.ts";
import { midwatch, minute } from "./samples.testing.ts";
import { openTestDatabase, type TestDatabase } from "./testing.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
beforeEach(() => database.query("truncate incident_events, incident_activities, incidents"));
afterAll(() => database.drop());

describe("appendEvents", () => {
  it("numbers events from one and gives them back as they were", async () => {
    await append({ afterSequence: 0, bodies: [note("first"), note("second")] });
    await append({ afterSequence: 2, bodies: [note("third")], at: minute(5) });
    const events = await readEvents(database, "incident-1");
    expect(events.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    expect(events[2]).toEqual({
      incidentId: "incident-1",
      sequence: 3,
      version: 1,
      at: minute(5),
      actor: midwatch,
      activityId: null,
      body: note("third"),
    });
    expect(await readEvents(database, "incident-1", 2)).toHaveLength(1);
    expect(await readIncidentIds(database)).toEqual(["incident-1"]);
  });

  it("refuses a writer that has not seen the last event", async () => {
    await append({ afterSequence: 0, bodies: [note("first")] });
    expect(await append({ afterSequence: 0, bodies: [note("late")] })).toEqual({ kind: "conflict", lastSequence: 1 });
    expect(await append({ afterSequence: null, bodies: [note("does not mind")] })).toMatchObject({ kind: "appended" });
  });

  it("lets exactly one of many writers at the same time through", async () => {
    const results = await Promise.all([1, 2, 3, 4, 5].map((n) => append({ afterSequence: 0, bodies: [note(`${n}`)] })));
    expect(results.filter(({ kind }) => kind === "appended")).toHaveLength(1);
    expect(await readEvents(database, "incident-1")).toHaveLength(1);
  });

  it("lets a repeated activity find its own events, also after others wrote and at the same time", async () => {
    const activity = { activityId: "incident-1/1/round", afterSequence: 0, bodies: [note("round")] };
    const both = await Promise.all([append(activity), append(activity)]);
    expect(both.map(({ kind }) => kind).sort()).toEqual(["appended", "repeated"]);
    await append({ afterSequence: null, bodies: [note("somebody else")] });
    const repeated = await append(activity);
    expect(repeated).toMatchObject({ kind: "repeated", events: [{ sequence: 1, body: note("round") }] });
    expect(await readEventsOfActivity(database, activity.activityId)).toHaveLength(1);
    expect(await readEventsOfActivity(database, "never ran")).toEqual([]);
  });

  it("refuses one activity for two incidents", async () => {
    await append({ activityId: "a", bodies: [note("here")], afterSequence: 0 });
    const other = append({ incidentId: "incident-2", activityId: "a", bodies: [note("there")], afterSequence: 0 });
    expect(await other).toMatchObject({ kind: "repeated", events: [{ incidentId: "incident-1" }] });
    expect(await readEvents(database, "incident-2")).toEqual([]);
  });

  it("keeps text that PostgreSQL would refuse", async () => {
    await append({ afterSequence: 0, bodies: [note("zero \0, half \ud83d, whole \ud83d\ude00, literal \\u0000")] });
    const [event] = await readEvents(database, "incident-1");
    expect(event?.body).toEqual(note("zero \ufffd, half \ufffd, whole \ud83d\ude00, literal \\u0000"));
  });

  it("tells listeners on commit", async () => {
    const listener = await listen(database);
    const heard: unknown[] = [];
    const first = new Promise<void>((resolve) => {
      listener.on("incident-events", (content) => {
        heard.push(content);
        resolve();
      });
    });
    await append({ afterSequence: 0, bodies: [note("first"), note("second")] });
    await first;
    expect(heard).toEqual([{ incidentId: "incident-1", sequence: 2 }]);
    await listener.close();
  });

  it("lets a listener hear again after its connection was cut", async () => {
    const listener = await listen(database);
    const again = new Promise<void>((resolve) => listener.onReconnected(resolve));
    await database.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'midwatch listener'",
    );
    await again;
    const heard = new Promise((resolve) => listener.on("incident-events", resolve));
    await append({ afterSequence: 0, bodies: [note("first")] });
    expect(await heard).toEqual({ incidentId: "incident-1", sequence: 1 });
    await listener.close();
  });
});

describe("the list of incidents", () => {
  it("follows the events, and comes out the same when it is made anew", async () => {
    await append({ afterSequence: 0, bodies: [note("one")], toRow });
    await append({ afterSequence: 1, bodies: [note("two")], toRow });
    await append({ incidentId: "incident-2", afterSequence: 0, bodies: [note("other")], toRow, at: minute(3) });
    const before = await listIncidents(database, {}, { limit: 10 });
    expect(before.map(({ id, title }) => [id, title])).toEqual([
      ["incident-2", "other"],
      ["incident-1", "two"],
    ]);
    expect(await rebuildIncidents(database, toRow)).toBe(2);
    expect(await listIncidents(database, {}, { limit: 10 })).toEqual(before);
  });

  it("asks a writer that knows the events before for those after, also for what others wrote meanwhile", async () => {
    await append({ afterSequence: 0, bodies: [note("one"), note("two")] });
    const given: number[][] = [];
    const remember = (events: IncidentEvent[]) => {
      given.push(events.map(({ sequence }) => sequence));
      return toRow(events);
    };
    await append({ afterSequence: null, bodies: [note("three")], toRow: remember, rowKnows: 2 });
    await append({ afterSequence: null, bodies: [note("four")] });
    await append({ afterSequence: null, bodies: [note("five")], toRow: remember, rowKnows: 3 });
    expect(given).toEqual([[3], [4, 5]]);
  });

  it("is filtered and read in pages", async () => {
    for (const n of [1, 2, 3, 4, 5]) {
      const severity = n % 2 === 0 ? "high" : "low";
      await append({
        incidentId: `incident-${n}`,
        afterSequence: 0,
        bodies: [note(`Number ${n}`)],
        at: minute(n),
        toRow: (events) => ({ ...toRow(events), severity, closedAt: n === 5 ? minute(9) : null }),
      });
    }
    const ids = async (
      ...[filter, page]: Parameters<typeof listIncidents> extends [unknown, ...infer Rest] ? Rest : never
    ) => (await listIncidents(database, filter, page)).map(({ id }) => id);
    expect(await ids({ state: "open", severities: ["high"] }, { limit: 9 })).toEqual(["incident-4", "incident-2"]);
    expect(await ids({ text: "number 3" }, { limit: 9 })).toEqual(["incident-3"]);
    expect(await ids({ entityId: "e-1" }, { limit: 2 })).toEqual(["incident-5", "incident-4"]);
    expect(await ids({}, { limit: 2, before: { openedAt: minute(4), id: "incident-4" } })).toEqual([
      "incident-3",
      "incident-2",
    ]);
    expect(await ids({ accessLabels: ["secret"] }, { limit: 9 })).toEqual([]);
    expect((await listOpenIncidentHeads(database)).map(({ id }) => id)).toEqual([
      "incident-1",
      "incident-2",
      "incident-3",
      "incident-4",
    ]);
    expect(await countIncidents(database)).toEqual({ open: 4, closed: 1, needPerson: 4 });
    expect(await readIncidentRow(database, "incident-5")).toMatchObject({ closedAt: minute(9), lastSequence: 1 });
  });
});

function append(differing: Partial<Append> & Pick<Append, "bodies" | "afterSequence">) {
  return appendEvents(database, {
    incidentId: "incident-1",
    actor: midwatch,
    at: minute(0),
    activityId: null,
    toRow: null,
    ...differing,
  });
}

function note(text: string): IncidentEventBody {
  return { type: "context-added", person: "ada", text };
}

/** The title is the last note. */
function toRow(events: IncidentEvent[]): IncidentRow {
  const [first] = events;
  const last = events.at(-1);
  return {
    id: first?.incidentId ?? "",
    lastSequence: last?.sequence ?? 0,
    title: last?.body.type === "context-added" ? last.body.text : "",
    severity: "high",
    phase: "investigating",
    environment: "lab",
    entityIds: ["e-1"],
    needsPerson: true,
    openedAt: first?.at ?? 0,
    changedAt: last?.at ?? 0,
    closedAt: null,
    summary: { events: events.length },
  };
}
