import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { build } from "esbuild";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { allKinds, kindOf } from "../actions/all-kinds.ts";
import { planDigest } from "../actions/make-plan.ts";
import type { Actor, IncidentEventBody } from "../core/incident-events.ts";
import type { Action, Plan, Verification } from "../core/plan.ts";
import { plainWorkload } from "../core/samples.testing.ts";
import type { Workload } from "../core/workload.ts";
import { policyConfig } from "../policy/policy-config.ts";
import { listActs, readAct } from "../store/acts.ts";
import { verifyAudit } from "../store/audit.ts";
import { appendEvents } from "../store/incident-events.ts";
import { setKillSwitch } from "../store/kill-switch.ts";
import { listMessages } from "../store/outbox.ts";
import { openTestDatabase, type TestDatabase } from "../store/testing.ts";
import { createAct, executeKey, undoKey } from "./act.ts";
import { type Hand, runHand } from "./hand.ts";
import { startTestPlatform, testPlatformConnection } from "./platform.testing.ts";

const ada: Actor = { kind: "person", name: "Ada" };
const midwatch: Actor = { kind: "midwatch", part: "test" };
const policy = policyConfig.parse({
  environments: { staging: { kind: "staging", writes: "on-approval" }, live: { writes: "on-approval" } },
  bounds: { writesPerHour: 1000, restartsPerHour: 1000 },
});

let database: TestDatabase;
let platform: Awaited<ReturnType<typeof startTestPlatform>>;
let hand: Hand | undefined;
let incidents = 0;

beforeAll(async () => {
  database = await openTestDatabase();
});
beforeEach(async () => {
  platform = await startTestPlatform(plainWorkload({ at: Date.now() }));
});
afterEach(async () => {
  await hand?.close();
  hand = undefined;
  await platform.close();
});
afterAll(() => database.drop());

const act = () => createAct({ database, now: Date.now, patienceSeconds: 60, outcomeSeconds: 60 });

async function startHand(changes: Partial<Parameters<typeof runHand>[0]> = {}): Promise<void> {
  hand = await runHand({
    database,
    now: Date.now,
    policy,
    connections: new Map([["platform/main", testPlatformConnection(platform.url)]]),
    channels: ["terminal"],
    callSeconds: 0.5,
    readBackSeconds: 1,
    log: () => {},
    ...changes,
  });
}

const parameters: Record<Action["kind"], { target: string; parameters: Action["parameters"] }> = {
  "roll-back-release": { target: "shop", parameters: { version: "v1" } },
  "set-flag": { target: "new-basket", parameters: { value: false } },
  "revert-configuration": { target: "shop", parameters: { key: "POOL_SIZE", value: "20" } },
  "restart-instance": { target: "shop", parameters: { instance: "shop-1" } },
  "scale-replicas": { target: "shop", parameters: { replicas: 4 } },
  "raise-limit": { target: "shop", parameters: { memoryBytes: 150e6 } },
  "pause-schedule": { target: "dump", parameters: { paused: true } },
};

/** An incident whose log holds a plan, approved by Ada unless told otherwise. */
async function planned(
  kind: Action["kind"] = "set-flag",
  changes: Partial<Plan> = {},
  approval: { by: Actor; digest?: string } | null = { by: ada },
): Promise<{
  incidentId: string;
  plan: Plan;
  reason: string;
  say: (body: IncidentEventBody, by?: Actor) => Promise<void>;
}> {
  const incidentId = `i-${++incidents}-${database.name}`;
  const action: Action = {
    kind,
    connection: "platform/main",
    entityId: "e-shop",
    environment: "staging",
    ...parameters[kind],
  };
  const definition = kindOf(kind);
  const now = Date.now();
  const content: Omit<Plan, "id" | "digest"> = {
    hypothesisId: "h",
    action,
    title: "do it",
    difference: [],
    inverse: definition.inverse(action, platform.workload)?.action ?? null,
    inverseSentence: "",
    preconditions: [
      { revision: definition.revisionOf(action, platform.workload) ?? "", sentence: "", predicate: null },
    ],
    blastRadius: { sentence: "", entityIds: ["e-shop"], instances: 1 },
    risk: definition.risk,
    expectedEffect: definition.expectedEffect,
    verification: { signals: [], before: { from: now - 1, to: now }, horizonSeconds: 600, holdSeconds: 900 },
    whenBlind: definition.whenBlind,
    whenUnchanged: definition.whenUnchanged,
    isStateBeforeSuspect: definition.isStateBeforeSuspect,
    evidenceDigest: "",
    observationIds: [],
    proposedAt: now,
    expiresAt: now + 60_000,
    ...changes,
  };
  const plan: Plan = { id: `${incidentId}-plan-1`, digest: planDigest(content), ...content };
  const say = async (body: IncidentEventBody, by: Actor = midwatch) => {
    await appendEvents(database, {
      incidentId,
      afterSequence: null,
      actor: by,
      at: Date.now(),
      activityId: null,
      bodies: [body],
      toRow: null,
    });
  };
  await say({ type: "plan-proposed", plan, alternatives: [] });
  if (approval) {
    const given = { planId: plan.id, planDigest: approval.digest ?? plan.digest, answer: "approved" as const };
    await say(
      { type: "approval-given", approval: { ...given, person: "Ada", why: null, via: "page", at: now } },
      approval.by,
    );
  }
  return { incidentId, plan, reason: "test", say };
}
/** What an undo must bring back. Revisions differ after every change. */
const settingsOf = ({ version, replicas, limits, configuration, flags, schedules }: Workload) => ({
  version,
  replicas,
  limits,
  configuration,
  flags: flags.map(({ key, value }) => ({ key, value })),
  schedules: schedules.map(({ name, isPaused }) => ({ name, isPaused })),
});

const measured = (plan: Plan, result: Verification["result"]): IncidentEventBody => ({
  type: "verification-looked",
  verification: {
    planId: plan.id,
    result,
    sentence: result,
    details: [],
    doesNotProve: "",
    observationIds: [],
    lookedAt: Date.now(),
    nextLookAt: null,
  },
});

describe("the hand", () => {
  it.each(allKinds.map(({ id }) => id))(
    "carries out %s once, captures its inverse before, and undoes it to the former value",
    async (kind) => {
      await startHand();
      const before = settingsOf(platform.workload);
      const request = await planned(kind);
      expect(await act().execute(request)).toMatchObject({ result: "done", isUndo: false });
      expect(await act().execute(request)).toMatchObject({ result: "done" });
      expect(platform.writes).toHaveLength(1);

      await request.say(measured(request.plan, "worse"));
      const undone = await act().undo(request);
      if (request.plan.inverse === null) {
        expect(undone).toMatchObject({ result: "refused", why: "there is nothing to undo with" });
        return;
      }
      expect(undone).toMatchObject({ result: "done", isUndo: true });
      expect(settingsOf(platform.workload)).toEqual(before);
      expect((await listActs(database, { planId: request.plan.id })).map(({ state }) => state)).toEqual([
        "done",
        "done",
      ]);
    },
  );

  it("does nothing without a person's approval of this very plan", async () => {
    await startHand();
    expect(await act().execute(await planned("set-flag", {}, null))).toMatchObject({
      result: "refused",
      why: /no person/,
    });
    expect(await act().execute(await planned("set-flag", {}, { by: midwatch }))).toMatchObject({ result: "refused" });
    expect(await act().execute(await planned("set-flag", {}, { by: ada, digest: "other" }))).toMatchObject({
      result: "refused",
    });
    expect(await act().execute(await planned("set-flag", { expiresAt: Date.now() - 1 }))).toMatchObject({
      result: "refused",
      why: /expired/,
    });
    expect(platform.writes).toHaveLength(0);
  });

  it("believes the log, not the one who asks", async () => {
    await startHand();
    const request = await planned();
    const forged = { ...request.plan, id: `${request.plan.id}-forged` };
    expect(await act().execute({ ...request, plan: forged })).toMatchObject({ result: "refused", why: /no such plan/ });
    const tampered = await planned("set-flag", {}, null);
    await tampered.say({ type: "plan-proposed", plan: { ...tampered.plan, title: "another" }, alternatives: [] });
    expect(await act().execute(tampered)).toMatchObject({ result: "refused" });
    expect(platform.writes).toHaveLength(0);
  });

  it("asks policy again: an environment that is not opened stays as it is", async () => {
    await startHand();
    const action = { ...(await planned()).plan.action, environment: "somewhere" };
    expect(
      await act().execute(await planned("set-flag", { action, inverse: { ...action, parameters: { value: true } } })),
    ).toMatchObject({
      result: "refused",
      why: "environment somewhere is not declared: read-only",
    });
  });

  it("does nothing when the target was changed since it was read", async () => {
    await startHand();
    const request = await planned("scale-replicas");
    platform.workload = { ...platform.workload, revision: "by-somebody-else" };
    expect(await act().execute(request)).toMatchObject({
      result: "refused",
      why: "shop was changed since it was read",
    });
    expect(platform.writes).toHaveLength(0);
  });

  it("does not undo over somebody else's change", async () => {
    await startHand();
    const request = await planned("scale-replicas");
    await act().execute(request);
    platform.workload = { ...platform.workload, revision: "by-somebody-else" };
    expect(await act().undo(request)).toMatchObject({ result: "refused", why: "shop was changed since it was read" });
  });

  it("puts a suspect release back only when it was measured as the better one, or a person says so", async () => {
    await startHand();
    const request = await planned("roll-back-release");
    await act().execute(request);
    await request.say(measured(request.plan, "unchanged"));
    expect(await act().undo(request)).toMatchObject({ result: "refused", why: /suspected/ });
    expect(platform.workload.version).toBe("v1");
  });

  it.each(allKinds.map(({ id }) => id))(
    "finds out what became of %s whose answer never came, and undoes it",
    async (kind) => {
      platform.mood = "answers-late-but-did-it";
      await startHand();
      const before = settingsOf(platform.workload);
      const request = await planned(kind);
      expect(await act().execute(request)).toMatchObject({ result: "done" });
      expect(platform.writes).toHaveLength(1);
      if (request.plan.inverse === null) return;
      await request.say(measured(request.plan, "worse"));
      expect(await act().undo(request)).toMatchObject({ result: "done", isUndo: true });
      expect(settingsOf(platform.workload)).toEqual(before);
    },
  );

  it("says that nothing happened when the write never arrived, and does not send it again", async () => {
    platform.mood = "cuts-before-doing";
    await startHand();
    const request = await planned();
    expect(await act().execute(request)).toMatchObject({ result: "failed", why: /never arrived/ });
    platform.mood = "well";
    expect(await act().execute(request)).toMatchObject({ result: "failed" });
    expect(platform.writes).toHaveLength(0);
  });

  it.each(allKinds.map(({ id }) => id))(
    "says unknown when nobody can tell what became of %s, and never tries again",
    async (kind) => {
      platform.mood = "forgets-operations";
      await startHand();
      const request = await planned(kind);
      expect(await act().execute(request)).toMatchObject({ result: "unknown" });
      platform.mood = "well";
      expect(await act().execute(request)).toMatchObject({ result: "unknown" });
      expect(platform.writes).toHaveLength(1);
      expect(await act().undo(request)).toMatchObject({ result: "refused" });
    },
  );

  it("writes nothing any more within a second of the kill switch, also what was prepared", async () => {
    let stop = async () => {};
    await startHand({ afterStep: async (_key, name) => (name === "undo-is-armed" ? stop() : undefined) });
    const request = await planned();
    stop = () => setKillSwitch(database, { isEngaged: true, at: Date.now(), by: ada, reason: "enough" });
    expect(await act().execute(request)).toMatchObject({ result: "refused", why: "all writes are stopped" });
    stop = async () => {};
    expect(await act().execute(await planned())).toMatchObject({ result: "refused" });
    expect(platform.writes).toHaveLength(0);
    expect(await readAct(database, executeKey(request.plan.id))).toMatchObject({
      state: "refused",
      undoState: "disarmed",
    });
    await setKillSwitch(database, { isEngaged: false, at: Date.now(), by: ada, reason: "go on" });
    expect(await act().execute(await planned())).toMatchObject({ result: "done" });
  });

  it("refuses what it came too late for, and the asker takes it back when no hand is there", async () => {
    const impatient = createAct({ database, now: Date.now, patienceSeconds: 0.2, outcomeSeconds: 5 });
    const request = await planned();
    expect(await impatient.execute(request)).toMatchObject({ result: "refused", why: "the hand did not answer" });
    await startHand();
    await sleep(300);
    expect(platform.writes).toHaveLength(0);
    expect(await act().withdraw(await planned())).toMatchObject({ result: "refused" });
  });

  it("shows the exact difference without doing anything", async () => {
    await startHand();
    const { incidentId, plan } = await planned();
    expect(await act().dryRun({ incidentId, action: plan.action })).toMatchObject({
      kind: "possible",
      revision: "f0",
      difference: [{ path: "flags.new-basket", before: "true", after: "false" }],
    });
    expect(platform.writes).toHaveLength(0);
  });

  it("chains what it wrote in the audit", async () => {
    await startHand();
    await act().execute(await planned());
    expect(await verifyAudit(database)).toMatchObject({ kind: "intact" });
  });
});

describe("the dead-man", () => {
  const soon = { verification: { signals: [], before: { from: 0, to: 1 }, horizonSeconds: 0.5, holdSeconds: 0 } };

  it("undoes by itself when nobody confirms in time and the kind says so", async () => {
    await startHand({ deadManSlackSeconds: 0.5 });
    const request = await planned("set-flag", { ...soon, whenBlind: "undo" });
    await act().execute(request);
    await until(() => platform.writes.length === 2);
    expect(platform.workload.flags[0]?.value).toBe(true);
    expect(await act().undo(request)).toMatchObject({ result: "done" });
    expect(platform.writes).toHaveLength(2);
  });

  it("does nothing once verification has disarmed it", async () => {
    await startHand({ deadManSlackSeconds: 0.5 });
    const request = await planned("set-flag", { ...soon, whenBlind: "undo" });
    await act().execute(request);
    await act().disarm(request.plan, "it helped");
    await sleep(2000);
    expect(platform.writes).toHaveLength(1);
    expect(await readAct(database, undoKey(request.plan.id))).toBeUndefined();
  });

  it("calls a person where the kind says page, and holds where it says hold", async () => {
    await startHand({ deadManSlackSeconds: 0.2 });
    const request = await planned("set-flag", { ...soon, whenBlind: "page" });
    await act().execute(request);
    await until(async () => (await listMessages(database, request.incidentId)).length === 1);
    expect(platform.writes).toHaveLength(1);
  });
});

describe("kill -9 of the hand", () => {
  let bundle: string;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    const directory = path.resolve(`node_modules/.midwatch-tests/hand-${process.pid}`);
    mkdirSync(directory, { recursive: true });
    bundle = path.join(directory, "hand.mjs");
    await build({
      entryPoints: ["src/doors/hand.testing.ts"],
      bundle: true,
      platform: "node",
      format: "esm",
      packages: "external",
      outfile: bundle,
    });
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
  });
  afterAll(() => rmSync(path.dirname(bundle), { recursive: true, force: true }));

  function start(crashAfter?: string): ChildProcess {
    const child = spawn(process.execPath, [bundle, database.url, platform.url, ...(crashAfter ? [crashAfter] : [])], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    children.push(child);
    return child;
  }

  it.each([
    ["taken", "done", 1],
    ["kill-switch-is-open", "done", 1],
    ["policy-agrees", "done", 1],
    ["approval-holds", "done", 1],
    ["preconditions-hold", "done", 1],
    ["entity-is-locked", "done", 1],
    ["undo-is-armed", "done", 1],
    ["executing", "failed", 0],
    ["answered", "done", 1],
    ["finished-done", "done", 1],
    ["before-answer", "done", 1],
  ] as const)(
    "after %s: the next hand goes on from the journal, nothing is written twice",
    async (point, result, writes) => {
      const crashing = start(point);
      const ended = new Promise<void>((resolve) => crashing.once("exit", () => resolve()));
      const outcome = act().execute(await planned());
      await ended;
      expect(crashing.signalCode).toBe("SIGKILL");
      start();
      expect(await outcome).toMatchObject({ result });
      expect(platform.writes).toHaveLength(writes);
    },
  );
});

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; await sleep(30)) if (await holds()) return;
  throw new Error("it did not come about within 10 s");
}
