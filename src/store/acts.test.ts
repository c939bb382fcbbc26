import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  beginAct,
  countActs,
  finishAct,
  listActs,
  listDueUndos,
  listUnfinishedActs,
  postponeUndo,
  prepareAct,
  readAct,
  settleUndo,
} from "./acts.ts";
import { listAudit } from "./audit.ts";
import { holdsEntity, releaseEntityLocks, renewEntityLocks, takeEntityLocks } from "./entity-locks.ts";
import { readKillSwitch, setKillSwitch } from "./kill-switch.ts";
import { listen } from "./notifications.ts";
import { minute, person, sampleAct, sampleOutcome } from "./samples.testing.ts";
import { openTestDatabase, type TestDatabase } from "./testing.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
beforeEach(async () => {
  await database.query("truncate acts, entity_locks");
  await stopWrites(false);
});
afterAll(() => database.drop());

describe("the journal of acts", () => {
  it("knows an act by its key: prepared once, whoever asks again", async () => {
    const [first, second] = await Promise.all([prepareAct(database, sampleAct()), prepareAct(database, sampleAct())]);
    expect([first?.isNew, second?.isNew].sort()).toEqual([false, true]);
    expect(second?.act).toEqual(first?.act);
    expect(first?.act).toMatchObject({ ...sampleAct(), state: "prepared", undoState: "armed", outcome: null });
  });

  it("begins exactly once, under the lock", async () => {
    const token = await lock();
    await prepareAct(database, sampleAct());
    const begin = { idempotencyKey: "key-1", token, at: minute(1) };
    const both = await Promise.all([beginAct(database, begin), beginAct(database, begin)]);
    expect(both.sort()).toEqual(["begun", "begun-before"]);
    expect(await beginAct(database, { ...begin, idempotencyKey: "never prepared" })).toBe("begun-before");
    expect(await readAct(database, "key-1")).toMatchObject({ state: "executing", executingAt: minute(1) });
  });

  it("does not begin while all writes are stopped, and does when they are let through again", async () => {
    const begin = { idempotencyKey: "key-1", token: await lock(), at: minute(1) };
    await prepareAct(database, sampleAct());
    await stopWrites(true);
    expect(await beginAct(database, begin)).toBe("writes-stopped");
    await stopWrites(false);
    expect(await beginAct(database, begin)).toBe("begun");
  });

  it("does not begin for who has lost the lock", async () => {
    const slow = await lock("slow", 0.05);
    await prepareAct(database, sampleAct());
    await sleep(80);
    await lock("fast");
    expect(await beginAct(database, { idempotencyKey: "key-1", token: slow, at: minute(1) })).toBe("lock-lost");
  });

  it("keeps the first end of an act, and shows what a hand that died left open", async () => {
    await beginNew("key-1");
    await prepareAct(database, sampleAct({ idempotencyKey: "key-2", preparedAt: minute(1) }));
    expect((await listUnfinishedActs(database)).map(({ state }) => state)).toEqual(["executing", "prepared"]);
    expect(await finishAct(database, sampleOutcome({ result: "unknown" }))).toBe(true);
    expect(await finishAct(database, sampleOutcome({ result: "done" }))).toBe(false);
    expect(await readAct(database, "key-1")).toMatchObject({ state: "unknown", undoState: "armed" });
    expect((await listActs(database, { incidentId: "incident-1" })).map(({ state }) => state)).toEqual([
      "unknown",
      "prepared",
    ]);
    expect(await listActs(database, { planId: "another" })).toEqual([]);
  });

  it("counts what began within the hour, undos aside", async () => {
    await beginNew("key-1");
    await beginNew("key-2", { isUndo: true });
    await beginNew("key-3", { environment: "staging" });
    await prepareAct(database, sampleAct({ idempotencyKey: "key-4" }));
    expect(await countActs(database, minute(0))).toBe(2);
    expect(await countActs(database, minute(0), "staging")).toBe(1);
    expect(await countActs(database, minute(2))).toBe(0);
  });
});

describe("an armed undo", () => {
  it("is due at its time unless it was given more time", async () => {
    await beginNew("key-1");
    expect(await listDueUndos(database, minute(9))).toEqual([]);
    expect((await listDueUndos(database, minute(10))).map(({ idempotencyKey }) => idempotencyKey)).toEqual(["key-1"]);
    expect(await postponeUndo(database, "key-1", minute(20))).toBe(true);
    expect(await listDueUndos(database, minute(10))).toEqual([]);
  });

  it("is either disarmed or fired, once", async () => {
    await beginNew("key-1");
    const both = await Promise.all([
      settleUndo(database, "key-1", "fired", "nobody confirmed"),
      settleUndo(database, "key-1", "disarmed", "it helped"),
    ]);
    expect(both.filter(Boolean)).toHaveLength(1);
    expect(await postponeUndo(database, "key-1", minute(20))).toBe(false);
  });

  it("is disarmed by itself when the act did not take effect, and stays when nobody knows", async () => {
    await beginNew("key-1");
    await finishAct(database, sampleOutcome({ result: "refused" }));
    await beginNew("key-2");
    await finishAct(database, sampleOutcome({ result: "unknown", idempotencyKey: "key-2" }));
    expect((await listDueUndos(database, minute(30))).map(({ idempotencyKey }) => idempotencyKey)).toEqual(["key-2"]);
    await prepareAct(database, sampleAct({ idempotencyKey: "key-3", undoDueAt: null, inverse: null }));
    expect(await readAct(database, "key-3")).toMatchObject({ undoState: "none", inverse: null });
  });
});

describe("locks on entities", () => {
  it("have one holder, all entities or none", async () => {
    const first = await takeEntityLocks(database, { entityIds: ["e-2", "e-1"], holder: "a", seconds: 60 });
    expect(first.kind).toBe("taken");
    const second = await takeEntityLocks(database, { entityIds: ["e-3", "e-2"], holder: "b", seconds: 60 });
    expect(second).toMatchObject({ kind: "held", entityId: "e-2", by: "a" });
    expect(await takeEntityLocks(database, { entityIds: ["e-3"], holder: "b", seconds: 60 })).toMatchObject({
      kind: "taken",
    });
  });

  it("go to exactly one of many who ask at the same time", async () => {
    const holders = ["a", "b", "c", "d"];
    const results = await Promise.all(
      holders.map((holder, n) =>
        takeEntityLocks(database, { entityIds: n % 2 ? ["e-1", "e-2"] : ["e-2", "e-1"], holder, seconds: 60 }),
      ),
    );
    expect(results.filter(({ kind }) => kind === "taken")).toHaveLength(1);
  });

  it("are lost when they are not renewed, and the next holder's token is higher", async () => {
    const first = await lock("a", 0.05);
    expect(await renewEntityLocks(database, first, 0.05)).toBe(true);
    await sleep(80);
    expect(await renewEntityLocks(database, first, 60)).toBe(false);
    const second = await lock("b");
    expect(second).toBeGreaterThan(first);
    expect(await holdsEntity(database, "e-checkout", first)).toBe(false);
    await releaseEntityLocks(database, first);
    expect(await holdsEntity(database, "e-checkout", second)).toBe(true);
    await releaseEntityLocks(database, second);
    expect(await holdsEntity(database, "e-checkout", second)).toBe(false);
  });
});

describe("the kill switch", () => {
  it("is open at first, is told to listeners, and leaves a trace in the audit", async () => {
    const listener = await listen(database);
    const heard = new Promise((resolve) => listener.on("kill-switch", resolve));
    await stopWrites(true);
    expect(await heard).toEqual({ isEngaged: true });
    expect(await readKillSwitch(database)).toEqual({
      isEngaged: true,
      changedAt: minute(0),
      changedBy: person,
      reason: "too much going on",
    });
    expect((await listAudit(database, { kind: "kill-switch", limit: 100 })).at(-1)?.body).toMatchObject({
      isEngaged: true,
    });
    await listener.close();
  });

  it("takes effect before any act that begins later", async () => {
    const token = await lock();
    for (let n = 0; n < 10; n++) await prepareAct(database, sampleAct({ idempotencyKey: `race-${n}` }));
    const begins = Array.from({ length: 10 }, (_, n) =>
      beginAct(database, { idempotencyKey: `race-${n}`, token, at: minute(1) }),
    );
    await Promise.all([stopWrites(true), ...begins]);
    await prepareAct(database, sampleAct({ idempotencyKey: "late" }));
    expect(await beginAct(database, { idempotencyKey: "late", token, at: minute(1) })).toBe("writes-stopped");
  });
});

async function lock(holder = "hand", seconds = 60): Promise<number> {
  const result = await takeEntityLocks(database, { entityIds: ["e-checkout"], holder, seconds });
  if (result.kind === "held") throw new Error(`held by ${result.by}`);
  return result.token;
}

async function beginNew(idempotencyKey: string, differing: Parameters<typeof sampleAct>[0] = {}): Promise<void> {
  await prepareAct(database, sampleAct({ idempotencyKey, ...differing }));
  expect(await beginAct(database, { idempotencyKey, token: await lock(), at: minute(1) })).toBe("begun");
}

function stopWrites(isEngaged: boolean): Promise<void> {
  return setKillSwitch(database, { isEngaged, at: minute(0), by: person, reason: "too much going on" });
}
