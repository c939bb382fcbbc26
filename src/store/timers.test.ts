import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { minute } from "./samples.testing.ts";
import { openTestDatabase, type TestDatabase } from "./testing.ts";
import { cancelTimer, listDueTimers, nextTimerAt, setTimer } from "./timers.ts";
import { beat, fenceDeadWorkers, listLiveWorkers, listWorkers, registerWorker, sayGoodbye } from "./workers.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.drop());

describe("timers", () => {
  it("are one for each matter, due in order, until they are cancelled", async () => {
    await set("look again", minute(9));
    await set("look again", minute(2));
    await set("close", minute(5));
    expect(await nextTimerAt(database, minute(2))).toBe(minute(5));
    expect((await listDueTimers(database, minute(4), 10)).map(({ what }) => what)).toEqual(["look again"]);
    expect((await listDueTimers(database, minute(5), 10)).map(({ what }) => what)).toEqual(["look again", "close"]);
    await cancelTimer(database, "incident-1", "look again");
    await cancelTimer(database, "incident-1", "never set");
    expect(await listDueTimers(database, minute(5), 10)).toEqual([
      { incidentId: "incident-1", what: "close", dueAt: minute(5), details: { round: 1 } },
    ]);
    await cancelTimer(database, "incident-1");
    expect(await nextTimerAt(database, minute(0))).toBeUndefined();
  });
});

describe("workers", () => {
  it("live as long as they say so; who was taken for dead hears it", async () => {
    for (const id of ["alive", "silent", "gone", "stopped"]) await register(id);
    await sleep(120);
    for (const id of ["alive", "gone"]) expect(await beat(database, id)).toBe(true);
    await sayGoodbye(database, "stopped");
    const limits = { silentSeconds: 0.1, goneIds: ["gone"], exceptId: "asking" };
    expect((await fenceDeadWorkers(database, limits)).sort()).toEqual(["gone", "silent", "stopped"]);
    expect(await fenceDeadWorkers(database, { ...limits, silentSeconds: 10 })).toEqual([]);
    expect(await beat(database, "silent")).toBe(false);
    expect((await listLiveWorkers(database)).map(({ id }) => id)).toEqual(["alive"]);
    expect(await listWorkers(database)).toHaveLength(4);
  });
});

function set(what: string, dueAt: number) {
  return setTimer(database, { incidentId: "incident-1", what, dueAt, details: { round: 1 } });
}

function register(id: string) {
  return registerWorker(database, { id, host: "here", processId: 1, roles: ["worker"], version: "test" });
}
