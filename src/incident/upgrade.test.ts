import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { build, type Plugin } from "esbuild";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { IncidentState } from "../core/incident.ts";
import type { IncidentEventBody } from "../core/incident-events.ts";
import { fastClock } from "../doors/fast-clock.testing.ts";
import { readEvents } from "../store/incident-events.ts";
import { openTestDatabase, type TestDatabase } from "../store/testing.ts";
import { createCommit } from "./commit.ts";
import { foldIncident } from "./fold.ts";
import { phaseOf } from "./incident-row.ts";
import { openIncident } from "./open-incident.testing.ts";
import { askedAround } from "./other-release.testing.ts";
import { startWorld } from "./world.testing.ts";

const speed = 20;
const incidentId = "i-upgrade";
const hour = 3_600_000;
const directory = path.resolve(`node_modules/.midwatch-tests/upgrade-${process.pid}`);
const bundles = {
  present: path.join(directory, "present.mjs"),
  other: path.join(directory, "other.mjs"),
  hand: path.join(directory, "hand.mjs"),
};
type Release = "present" | "other";

/** In the other release what comes next is decided by another file, and there is one activity more. */
const otherRelease: Plugin = {
  name: "other-release",
  setup: ({ onResolve }) =>
    onResolve({ filter: /(^|\/)(next-step|all-activities)\.ts$/ }, ({ importer }) =>
      importer.endsWith("other-release.testing.ts")
        ? undefined
        : { path: path.resolve("src/incident/other-release.testing.ts") },
    ),
};

beforeAll(async () => {
  mkdirSync(directory, { recursive: true });
  const common = { bundle: true, platform: "node", format: "esm", packages: "external" } as const;
  const worker = { ...common, entryPoints: ["src/incident/worker.testing.ts"] };
  await build({ ...worker, outfile: bundles.present });
  await build({ ...worker, outfile: bundles.other, plugins: [otherRelease] });
  await build({ ...common, entryPoints: ["src/doors/hand.testing.ts"], outfile: bundles.hand });
}, 120_000);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** An incident in a database and a world that outlive the processes; time can be let pass while none of them runs. */
async function begin() {
  const database = await openTestDatabase();
  closing.push(() => database.drop());
  let clock = `${Date.now()},${speed}`;
  const now = () => fastClock(clock)();
  const world = await startWorld(now);
  closing.push(() => world.close());
  const running = new Set<ChildProcess>();
  const stop = async () => {
    await Promise.all(
      [...running].map((child) => {
        const ended = new Promise((resolve) => child.once("exit", resolve));
        child.kill("SIGKILL");
        return ended;
      }),
    );
  };
  closing.push(stop);
  const said: string[] = [];
  const start = (file: string, args: string[], env: Record<string, string> = {}) => {
    const stdio = ["ignore", "pipe", "pipe"] as const;
    const child = spawn(process.execPath, [file, ...args], { stdio: [...stdio], env: { ...process.env, ...env } });
    running.add(child);
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (text: Buffer) => said.push(text.toString()));
    child.once("exit", () => running.delete(child));
  };
  await openIncident(database, incidentId, now());
  const read = async (): Promise<IncidentState> => {
    const state = foldIncident(await readEvents(database, incidentId));
    if (!state) throw new Error("the incident is gone");
    return state;
  };
  return {
    database,
    world,
    said,
    read,
    stop,
    start(release: Release, env?: Record<string, string>) {
      start(bundles[release], [database.url, world.url, clock, "0"], env);
      start(bundles.hand, [database.url, world.platform.url, "", clock]);
    },
    /** Nothing runs meanwhile. */
    passes(milliseconds: number) {
      const at = Date.now();
      clock = `${(now() + milliseconds - at * speed) / (1 - speed)},${speed}`;
    },
    async until(what: string, holds: (state: IncidentState) => boolean): Promise<IncidentState> {
      for (const deadline = Date.now() + 120_000; ; await sleep(50)) {
        const state = await read();
        if (holds(state)) return state;
        if (Date.now() > deadline)
          throw new Error(`${what} did not come; it is ${phaseOf(state)}: ${said.slice(-5).join("")}`);
      }
    },
    approve: (plan: { id: string; digest: string }) =>
      commitAs(database, now, {
        type: "approval-given",
        approval: {
          planId: plan.id,
          planDigest: plan.digest,
          answer: "approved",
          person: "Ada",
          why: null,
          via: "page",
          at: now(),
        },
      }),
    resolve: () =>
      commitAs(database, now, { type: "item-resolved", itemId: "item-1", title: "errors", resolvedAt: now() }),
  };
}

function commitAs(database: TestDatabase, now: () => number, event: IncidentEventBody) {
  const commit = createCommit({ database, now, channelsFor: () => ["chat"] });
  const actor = { kind: "person", name: "Ada" } as const;
  return commit({ incidentId, actor, activityId: null, decide: () => ({ events: [event] }) });
}

type Begun = Awaited<ReturnType<typeof begin>>;
const waitsForPerson = (state: IncidentState) => state.approvalRequestedAt !== null && state.approval === null;
const planOf = ({ plan }: IncidentState) => {
  if (!plan) throw new Error("there is no plan");
  return plan;
};

/** Approved, it is carried out once, measured, and reported; and nothing durable is left lying. */
async function seeThrough({ approve, until, resolve, world, database, read }: Begun): Promise<void> {
  const plan = planOf(await read());
  await approve(plan);
  await until("the fix", () => world.isMended());
  await resolve();
  const state = await until("the end", ({ closed }) => closed !== null);
  expect(world.platform.writes.map(({ key }) => key)).toEqual([`${plan.id}-execute`]);
  expect(state).toMatchObject({ outcome: { result: "done" }, verification: { result: "recovered" } });
  expect(state.report).not.toBeNull();
  await expect.poll(() => unfinished(database), { timeout: 40_000 }).toEqual([]);
}

const unfinished = (database: TestDatabase) =>
  database.query(
    "select workflow_uuid, status, name from dbos.workflow_status where status not in ('SUCCESS', 'ERROR', 'CANCELLED')",
  );

describe("an incident that waits for approval", () => {
  it("still waits after everything was killed, and after an upgrade that adds a step; its plan is approved and done once", async () => {
    const begun = await begin();
    begun.start("present");
    const before = await begun.until("the question", waitsForPerson);
    await begun.stop();
    begun.passes(hour);
    begun.start("other");
    const after = await begun.until("the step of the new release", ({ context }) =>
      context.some(({ text }) => text === askedAround),
    );
    await sleep(1000);
    const later = await begun.read();
    expect(phaseOf(later)).toBe("waiting-for-approval");
    expect([planOf(after).digest, planOf(later).digest]).toEqual([planOf(before).digest, planOf(before).digest]);
    expect(later.approvalRequestedAt).toBe(before.approvalRequestedAt); // nobody is asked twice
    expect(begun.world.platform.writes).toEqual([]);
    await seeThrough(begun);
  }, 400_000);

  it("says a day later that nobody answered in time, looks anew, and waits with a new plan; the old one is void", async () => {
    const begun = await begin();
    begun.start("present");
    const old = planOf(await begun.until("the question", waitsForPerson));
    await begun.stop();
    begun.passes(24 * hour);
    begun.start("other");
    const renewed = await begun.until(
      "the new question",
      (state) => waitsForPerson(state) && state.plan?.id !== old.id,
    );
    expect(renewed.attempts).toMatchObject([
      { plan: { id: old.id }, outcome: null, end: "nobody answered before it expired" },
    ]);
    expect(renewed.escalations.at(-1)?.reason).toBe("nobody answered before the proposal expired");
    expect(planOf(renewed).expiresAt).toBeGreaterThan(old.expiresAt + 20 * hour);
    await begun.approve(old);
    expect(phaseOf(await begun.read())).toBe("waiting-for-approval");
    expect(begun.world.platform.writes).toEqual([]);
    await seeThrough(begun);
  }, 400_000);

  it("goes on when the release before was killed in an activity that this one does not know", async () => {
    const begun = await begin();
    begun.start("other", { ASK_AROUND_MILLISECONDS: "600000" });
    await expect.poll(() => begun.said.join(""), { timeout: 120_000 }).toContain("asking around");
    await begun.stop();
    begun.start("present");
    await begun.until("the question", waitsForPerson);
    await seeThrough(begun);
    expect(begun.said.join("").match(/dropping what this release does not know: i-upgrade/g)).toHaveLength(1);
  }, 400_000);
});
