import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { readEvents } from "../incident-events.ts";
import { openTestDatabase, type TestDatabase } from "../testing.ts";
import { listLiveWorkers } from "../workers.ts";
import type { Activities, ActivityBodies } from "./activities.ts";
import { openActivities } from "./dbos-activities.ts";
import { slowSteps, stepLogTable } from "./slow-steps.testing.ts";

let database: TestDatabase;
let activities: Activities | undefined;
const children: ChildProcess[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
  await database.query(stepLogTable);
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await activities?.close();
  activities = undefined;
});
afterAll(() => database.drop());

describe("activities", () => {
  // First: the driver warns once a process.
  it("ask nothing of a connection that is still answering something else", async () => {
    const warnings: string[] = [];
    const note = ({ message }: Error) => void warnings.push(message);
    process.on("warning", note);
    activities = await open({ nothing: async () => {} });
    await Promise.all(["a", "b", "c"].map((id) => activities?.start("nothing", `at-once-${id}`, {})));
    await activities.wait("at-once-c", 5000);
    const [timeout] = await database.query<{ count: number }>(
      "select count(*) from pg_stat_activity where datname = current_database() and query like 'SET idle_in%'",
    );
    process.off("warning", note);
    expect(warnings.filter((message) => message.includes("already executing"))).toEqual([]);
    expect(timeout?.count).toBe(0);
  });

  it("run once under their id, whoever starts them again", async () => {
    let runs = 0;
    activities = await open({
      count: async (_input, { step }) => {
        await step("count", async () => ++runs);
      },
    });
    const [first, second] = await Promise.all([1, 2].map(() => activities?.start("count", "once", {})));
    expect([first?.kind, second?.kind].sort()).not.toEqual(["known", "known"]);
    expect(await activities.wait("once", 5000)).toMatchObject({ status: "finished", attempt: 1 });
    expect(await activities.start("count", "once", {})).toMatchObject({ kind: "known", state: { status: "finished" } });
    expect(runs).toBe(1);
    expect(await activities.read("never")).toBeUndefined();
  });

  it("are tried again after a failure, later and not for ever", async () => {
    let tries = 0;
    activities = await open({
      fail: async () => {
        throw new Error(`no luck, try ${++tries}`);
      },
    });
    await activities.start("fail", "unlucky", {});
    expect(await activities.wait("unlucky", 5000)).toMatchObject({ status: "failed", why: "no luck, try 1" });
    expect(await activities.start("fail", "unlucky", {})).toMatchObject({ kind: "later", why: "no luck, try 1" });
    await sleep(1100);
    expect(await activities.start("fail", "unlucky", {})).toEqual({ kind: "started" });
    expect(await activities.wait("unlucky", 5000)).toMatchObject({ status: "failed", attempt: 2 });
    expect(await activities.start("fail", "unlucky", {})).toEqual({ kind: "given-up", why: "no luck, try 2" });
  });

  it("go on after kill -9 without repeating a finished step, at once on the same machine", async () => {
    const worker = await startWorker({ silentSeconds: 60, activityId: "killed" });
    await until(async () => (await stepsOf("killed")).length >= 3);
    worker.child.kill("SIGKILL");
    activities = await open({ "slow-steps": slowSteps(database) }, { silentSeconds: 60 });
    expect(await activities.wait("killed", 20_000)).toMatchObject({ status: "finished", attempt: 1 });

    const steps = await stepsOf("killed");
    const doneByKilled = steps.filter(({ pid }) => pid === worker.child.pid).map(({ number }) => number);
    const inFlight = Math.max(...doneByKilled);
    for (const number of [1, 2, 3, 4, 5, 6]) {
      const times = steps.filter((row) => row.number === number).length;
      expect(times, `step ${number}`).toBeLessThanOrEqual(number === inFlight ? 2 : 1);
      expect(times, `step ${number}`).toBeGreaterThanOrEqual(1);
    }
    expect(await readEvents(database, "killed")).toHaveLength(1);
  });

  it("are taken from a worker that fell silent, which then hears that it is fenced", async () => {
    const worker = await startWorker({ silentSeconds: 1, activityId: "silent" });
    await until(async () => (await stepsOf("silent")).length >= 2);
    worker.child.kill("SIGSTOP");
    activities = await open({ "slow-steps": slowSteps(database) }, { silentSeconds: 1 });
    expect(await activities.wait("silent", 20_000)).toMatchObject({
      status: "finished",
      workerId: activities.workerId,
    });
    worker.child.kill("SIGCONT");
    await until(async () => worker.lines.some((line) => line["fenced"] === true));
    expect(await readEvents(database, "silent")).toHaveLength(1);
  });

  it("stay with a worker that lives", async () => {
    const worker = await startWorker({ silentSeconds: 5, activityId: "alive" });
    activities = await open({ "slow-steps": slowSteps(database) }, { silentSeconds: 5 });
    expect(await activities.start("slow-steps", "alive", {})).toMatchObject({ kind: "known" });
    expect(await activities.wait("alive", 20_000)).toMatchObject({ status: "finished", workerId: worker.workerId });
    expect(new Set((await stepsOf("alive")).map(({ pid }) => pid))).toEqual(new Set([worker.child.pid]));
    expect((await listLiveWorkers(database)).map(({ id }) => id)).toContain(worker.workerId);
  });

  it("are run even when their claim was not followed by a run", async () => {
    let runs = 0;
    activities = await open({
      count: async () => {
        runs++;
      },
    });
    await activities.start("count", "claimed", {});
    await activities.wait("claimed", 5000);
    // As a connection leaves it that breaks just after the claim.
    await database.query(
      `update dbos.workflow_status set status = 'PENDING', completed_at = null, created_at = 0, updated_at = 0,
         started_at_epoch_ms = 0 where workflow_uuid = 'claimed'`,
    );
    await activities.takeOver();
    expect(await activities.wait("claimed", 10_000)).toMatchObject({ status: "finished" });
    expect(runs).toBe(2);
  });

  it("of a kind that only another release knows are dropped, and done by a release that knows it", async () => {
    let runs = 0;
    const count = async () => void runs++;
    activities = await open({ count, other: count });
    await activities.start("other", "unknown", {});
    await activities.wait("unknown", 5000);
    await activities.close();
    activities = await open({ count });
    await database.query(
      `update dbos.workflow_status set status = 'PENDING', completed_at = null, created_at = 0, updated_at = 0,
         started_at_epoch_ms = 0, executor_id = $1 where workflow_uuid = 'unknown'`,
      [activities.workerId],
    );
    await activities.takeOver();
    expect(await activities.wait("unknown", 5000)).toMatchObject({ status: "failed", why: "cancelled" });
    await activities.close();
    activities = await open({ count, other: count });
    await expect.poll(() => activities?.start("other", "unknown", {}), { timeout: 5000 }).toEqual({ kind: "started" });
    expect(await activities.wait("unknown", 10_000)).toMatchObject({ status: "finished", attempt: 2 });
    expect(await activities.start("other", "unknown", {})).toMatchObject({ kind: "known" });
    expect(runs).toBe(2);
  });

  it("start on an empty database in several processes at once", async () => {
    const empty = await openTestDatabase();
    const workers = await Promise.all([1, 2, 3].map(() => startWorker({ silentSeconds: 60, url: empty.url })));
    expect(new Set(workers.map(({ workerId }) => workerId)).size).toBe(3);
    for (const { child } of workers) child.kill("SIGKILL");
    await empty.drop();
  });

  it("can be forgotten when they are finished", async () => {
    activities = await open({ nothing: async () => {} });
    await activities.start("nothing", "old", {});
    await activities.wait("old", 5000);
    expect(await activities.forgetFinished(Date.now() + 1000)).toBeGreaterThanOrEqual(1);
    expect(await activities.read("old")).toBeUndefined();
  });
});

function open(bodies: ActivityBodies, settings: { silentSeconds?: number } = {}): Promise<Activities> {
  return openActivities({
    database,
    databaseUrl: database.url,
    bodies,
    roles: ["worker"],
    version: "test",
    heartbeatSeconds: 0.2,
    maxAttempts: 2,
    drainMilliseconds: 500,
    ...settings,
  });
}

type WorkerProcess = { child: ChildProcess; workerId: string; lines: Record<string, unknown>[] };

/** Resolves when it runs, and with an activity when that is started. */
async function startWorker(settings: {
  silentSeconds: number;
  activityId?: string;
  url?: string;
}): Promise<WorkerProcess> {
  const script = fileURLToPath(new URL("worker.testing.ts", import.meta.url));
  const { silentSeconds, activityId, url = database.url } = settings;
  const flags = ["--import", "tsx", script, url, String(silentSeconds), ...(activityId ? [activityId] : [])];
  const child = spawn(process.execPath, flags, { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  const lines: Record<string, unknown>[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(JSON.parse(line)));
  const last = activityId === undefined ? "workerId" : "kind";
  await until(async () => lines.some((line) => last in line));
  return { child, lines, workerId: String(lines.find((line) => "workerId" in line)?.["workerId"]) };
}

function stepsOf(activityId: string): Promise<{ number: number; pid: number }[]> {
  return database.query("select number, pid from step_log where activity_id = $1", [activityId]);
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 50_000; !(await condition()); await sleep(20)) {
    if (Date.now() > deadline) throw new Error("did not come true within 50 s");
  }
}
