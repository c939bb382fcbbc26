import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "../store/database.ts";
import { appendEvents } from "../store/incident-events.ts";
import { minute } from "../store/samples.testing.ts";
import { openTestDatabase, type TestDatabase } from "../store/testing.ts";
import { incidentRowOf } from "./incident-row.ts";
import { rememberOpenStates } from "./open-states.ts";
import { openedBody } from "./samples.testing.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.drop());

async function open(incidentId: string, at: number): Promise<void> {
  await append(incidentId, at, openedBody({ itemId: `item-of-${incidentId}` }));
}

async function append(incidentId: string, at: number, body: Parameters<typeof appendEvents>[1]["bodies"][number]) {
  await appendEvents(database, {
    incidentId,
    afterSequence: null,
    actor: { kind: "midwatch", part: "test" },
    at: minute(at),
    activityId: null,
    bodies: [body],
    toRow: incidentRowOf,
  });
}

test("asks two questions, however many incidents are open, and one where nothing happened", async () => {
  for (let index = 0; index < 20; index++) await open(`incident-${index}`, index);
  let questions = 0;
  const counting: Database = {
    query: (text, values) => {
      questions += 1;
      return database.query(text, values);
    },
    transaction: database.transaction,
  };
  const states = rememberOpenStates();
  expect((await states.read(counting)).map(({ id }) => id)).toEqual(
    Array.from({ length: 20 }, (_, index) => `incident-${index}`),
  );
  expect(questions).toBe(2);

  expect(await states.read(counting)).toHaveLength(20);
  expect(questions).toBe(3);

  await append("incident-3", 30, { type: "context-added", person: "Ada", text: "the switch was replaced" });
  const after = await states.read(counting);
  expect(after.find(({ id }) => id === "incident-3")?.context).toHaveLength(1);
  expect(questions).toBe(5);
});

test("one incident is read once, then only what is new of it; a closed one is forgotten", async () => {
  await open("incident-alone", 40);
  const asked: unknown[] = []; // after which event
  const listening: Database = {
    query: (text, values) => {
      asked.push(values?.[1]);
      return database.query(text, values);
    },
    transaction: database.transaction,
  };
  const states = rememberOpenStates();
  const readOne = async (id: string) => (await states.readMany(listening, [id]))[0];
  expect(await readOne("incident-nobody-knows")).toBeUndefined();
  expect((await readOne("incident-alone"))?.sequence).toBe(1);
  await append("incident-alone", 41, { type: "context-added", person: "Ada", text: "the switch was replaced" });
  expect((await readOne("incident-alone"))?.context).toHaveLength(1);
  await append("incident-alone", 42, { type: "incident-closed", reason: "it is over" });
  expect((await readOne("incident-alone"))?.closed).not.toBeNull();
  expect((await readOne("incident-alone"))?.context).toHaveLength(1);
  expect(asked).toEqual([[0], [0], [1], [2], [0]]);
});

test("two readings at once do not count an event twice", async () => {
  await open("incident-busy", 50);
  const states = rememberOpenStates();
  await states.readMany(database, ["incident-busy"]);
  await append("incident-busy", 51, { type: "context-added", person: "Ada", text: "the switch was replaced" });
  let answer = () => {};
  const isAnswered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const slow: Database = {
    query: async (text, values) => {
      const rows = await database.query<never>(text, values);
      await isAnswered;
      return rows;
    },
    transaction: database.transaction,
  };
  const late = states.readMany(slow, ["incident-busy"]);
  await append("incident-busy", 52, { type: "context-added", person: "Ada", text: "and the cable" });
  const early = await states.readMany(database, ["incident-busy"]);
  answer();
  expect((await late)[0]?.context).toHaveLength(1);
  expect(early[0]?.context).toHaveLength(2);
  expect((await states.readMany(database, ["incident-busy"]))[0]?.context).toHaveLength(2);
});
