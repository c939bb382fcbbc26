import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canonicalJson } from "../core/canonical-json.ts";
import { moveCursor, readChange, readChanges, readCursor, storeChanges } from "./changes.ts";
import {
  deleteUnusedObservations,
  findObservation,
  linkObservations,
  readIncidentObservations,
  readObservation,
  readObservations,
  storeObservation,
} from "./observations.ts";
import { midwatch, minute, sampleChange, sampleObservation } from "./samples.testing.ts";
import { readSignalMap, writeSignalMap } from "./signal-maps.ts";
import { openTestDatabase, type TestDatabase } from "./testing.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
  await database.query("insert into access_labels values ('security', 'The security team.')");
});
afterAll(() => database.drop());

describe("observations", () => {
  it("come back byte for byte, and are never overwritten", async () => {
    const observation = sampleObservation();
    await storeObservation(database, observation);
    await storeObservation(database, { ...observation, query: "another", observedAt: minute(9) });
    const read = await readObservation(database, observation.id);
    expect(canonicalJson(read)).toBe(canonicalJson(observation));
  });

  it("may have no body and say why", async () => {
    const denied = sampleObservation({ status: "denied", body: null, note: { why: "403", wayOut: "grant read" } });
    await storeObservation(database, denied);
    expect(await readObservation(database, denied.id)).toEqual(denied);
    expect(await readObservation(database, "unknown")).toBeUndefined();
  });

  it("are found again by the same request while they are fresh", async () => {
    const { request } = sampleObservation();
    const question = { request, source: "telemetry" };
    expect(await findObservation(database, { ...question, since: minute(0) })).toBeDefined();
    expect(await findObservation(database, { ...question, since: minute(2) })).toBeUndefined();
    expect(await findObservation(database, { ...question, source: "prometheus", since: minute(0) })).toBeUndefined();
  });

  it("are shown to those who carry their label", async () => {
    const secret = sampleObservation({ source: "siem", accessLabel: "security" });
    await storeObservation(database, secret);
    expect(await readObservation(database, secret.id, ["everyone"])).toBeUndefined();
    expect(await readObservations(database, [secret.id], ["everyone", "security"])).toHaveLength(1);
  });

  it("stay as long as an incident rests on them", async () => {
    const kept = sampleObservation({ source: "kept" });
    const unused = sampleObservation({ source: "unused" });
    await storeObservation(database, kept);
    await storeObservation(database, unused);
    await linkObservations(database, "incident-1", 1, [kept.id]);
    await linkObservations(database, "incident-1", 2, [kept.id]);
    expect(await deleteUnusedObservations(database, minute(30))).toBeGreaterThan(0);
    expect(await readObservation(database, unused.id)).toBeUndefined();
    expect(await readIncidentObservations(database, "incident-1")).toEqual([{ round: 1, observation: kept }]);
  });
});

describe("changes", () => {
  it("are known by id, told twice or told better", async () => {
    const change = sampleChange();
    expect(await storeChanges(database, [change, sampleChange({ id: "change-2", at: minute(5), entityIds: [] })])).toBe(
      2,
    );
    expect(await storeChanges(database, [{ ...change, diff: "+1 -1" }])).toBe(0);
    expect(await readChange(database, "change-1")).toMatchObject({ diff: "+1 -1" });
    expect(await storeChanges(database, [])).toBe(0);
  });

  it("are read by window and entity, oldest first", async () => {
    const window = { from: minute(0), to: minute(6) };
    expect((await readChanges(database, { window })).map(({ id }) => id)).toEqual(["change-1", "change-2"]);
    expect((await readChanges(database, { window, limit: 1 })).map(({ id }) => id)).toEqual(["change-2"]);
    expect(await readChanges(database, { window, entityIds: ["e-checkout"] })).toHaveLength(1);
    expect(await readChanges(database, { window: { from: minute(1), to: minute(5) } })).toEqual([]);
  });

  it("are read from where the reader of a feed has got to", async () => {
    expect(await readCursor(database, "platform/lab", "changes")).toBeUndefined();
    await moveCursor(database, "platform/lab", "changes", { since: 1 }, minute(1));
    await moveCursor(database, "platform/lab", "changes", { since: 2 }, minute(2));
    expect(await readCursor(database, "platform/lab", "changes")).toEqual({ since: 2 });
  });
});

describe("signal maps", () => {
  it("have versions, and two changes at the same time do not both go through", async () => {
    const map = { connection: "prometheus/main", mappings: [], unusedMetrics: ["up"] };
    const change = { afterVersion: 0, at: minute(1), by: midwatch };
    expect(await readSignalMap(database, map.connection)).toBeUndefined();
    expect(
      (await Promise.all([writeSignalMap(database, map, change), writeSignalMap(database, map, change)])).sort(),
    ).toEqual([false, true]);
    await writeSignalMap(database, { ...map, unusedMetrics: [] }, { ...change, afterVersion: 1 });
    expect(await readSignalMap(database, map.connection)).toMatchObject({ version: 2, map: { unusedMetrics: [] } });
    expect(await readSignalMap(database, map.connection, 1)).toMatchObject({ map, changedBy: midwatch });
  });
});
