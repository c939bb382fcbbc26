import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { digestOf } from "../core/canonical-json.ts";
import type { IncidentState } from "../core/incident.ts";
import type { IncidentEvent } from "../core/incident-events.ts";
import { fastClock } from "../doors/fast-clock.testing.ts";
import { createTell } from "../doors/tell.ts";
import { readEvents } from "../store/incident-events.ts";
import { readObservations } from "../store/observations.ts";
import { listMessages } from "../store/outbox.ts";
import { openTestDatabase } from "../store/testing.ts";
import { createCommit } from "./commit.ts";
import { foldIncident } from "./fold.ts";
import { openIncident } from "./open-incident.testing.ts";
import { startWorld } from "./world.testing.ts";

/** Another seed: `CRASH_SEED=7`. The points of a run are drawn from it; `CRASH_POINTS=55,56` takes these. */
const seed = Number(process.env["CRASH_SEED"] ?? 1);
const pointsDrawn = 26;
const lanes = 2;
const speed = 20;

const directory = path.resolve(`node_modules/.midwatch-tests/crash-${process.pid}`);
const bundles = { worker: path.join(directory, "worker.mjs"), hand: path.join(directory, "hand.mjs") };

beforeAll(async () => {
  mkdirSync(directory, { recursive: true });
  const common = { bundle: true, platform: "node", format: "esm", packages: "external" } as const;
  await build({ ...common, entryPoints: ["src/incident/worker.testing.ts"], outfile: bundles.worker });
  await build({ ...common, entryPoints: ["src/doors/hand.testing.ts"], outfile: bundles.hand });
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

type Life = {
  events: IncidentEvent[];
  state: IncidentState;
  points: number;
  writes: string[];
  sent: { key: string; urgency: string }[];
  reads: { digest: string; at: number }[];
  unknownFates: number;
  roundDigests: { digest: string; committedAt: number }[];
};

/** One incident from alert to its end, with processes that die where told; the next one starts at once. */
async function live(crashes: { worker?: number[]; hand?: string; second?: boolean }): Promise<Life> {
  const database = await openTestDatabase();
  const clock = `${Date.now()},${speed}`;
  const now = fastClock(clock);
  const world = await startWorld(now);
  const children = new Set<ChildProcess>();
  let isOver = false;
  let points = 0;
  const workerCrashes = [...(crashes.worker ?? [])];

  const start = (what: "worker" | "hand", args: string[]) => {
    const child = spawn(process.execPath, [bundles[what], ...args], { stdio: ["ignore", "pipe", "inherit"] });
    children.add(child);
    child.stdout.on("data", (text: Buffer) => {
      points = Math.max(points, Number(text.toString().trim().split("\n").at(-1)) || 0);
    });
    child.once("exit", () => {
      children.delete(child);
      if (isOver) return;
      if (what === "worker") startWorker();
      else start("hand", [database.url, world.platform.url, "", clock]);
    });
    return child;
  };
  const startWorker = () => start("worker", [database.url, world.url, clock, String(workerCrashes.shift() ?? 0)]);

  const incidentId = "i-crash";
  const commit = createCommit({ database, now, channelsFor: () => ["chat"] });
  const person = { kind: "person", name: "Ada" } as const;
  try {
    await openIncident(database, incidentId, now());
    startWorker();
    if (crashes.second) startWorker();
    start("hand", [database.url, world.platform.url, crashes.hand ?? "", clock]);

    for (const deadline = Date.now() + 150_000; ; await sleep(40)) {
      const state = foldIncident(await readEvents(database, incidentId));
      if (state?.closed) break;
      if (Date.now() > deadline) {
        const last = (await readEvents(database, incidentId))
          .slice(-6)
          .map(({ body }) => JSON.stringify(body).slice(0, 200));
        throw new Error(`the incident was lost; its last events: ${last.join("\n")}`);
      }
      const { plan, approval, approvalRequestedAt } = state ?? {};
      if (plan && approvalRequestedAt && !approval) {
        const given = {
          planId: plan.id,
          planDigest: plan.digest,
          answer: "approved" as const,
          person: "Ada",
          why: null,
          via: "page" as const,
          at: now(),
        };
        await commit({
          incidentId,
          actor: person,
          activityId: null,
          decide: (state) => (state.approval ? null : { events: [{ type: "approval-given", approval: given }] }),
        });
      }
      if (world.isMended() && state?.items[0]?.state === "firing") {
        await commit({
          incidentId,
          actor: { kind: "midwatch", part: "triage" },
          activityId: null,
          decide: () => ({ events: [{ type: "item-resolved", itemId: "item-1", title: "errors", resolvedAt: now() }] }),
        });
      }
    }
    await sleep(300); // what was queued last is sent
    isOver = true;
    for (const child of children) child.kill("SIGKILL");

    // Messages that a dead sender left half-sent get their fate from the next one, when their lease is over.
    let unknownFates = 0;
    const sender = {
      channel: "chat",
      send: async (message: { key: string; urgency: string }) => {
        world.sent.push({ ...message, channel: "chat" });
        return { fate: "sent" as const, why: null };
      },
    };
    const tell = createTell({
      database,
      senders: [sender],
      now: () => now() + 60_000,
      onFate: async (_entry, { fate }) => {
        if (fate === "unknown") unknownFates++;
      },
    });
    await tell.sendDue();

    const events = await readEvents(database, incidentId);
    const state = foldIncident(events);
    if (!state) throw new Error("no state");
    const roundDigests: Life["roundDigests"] = [];
    for (const { body, at } of events) {
      if (body.type !== "round-completed") continue;
      for (const { request } of await readObservations(
        database,
        body.steps.map(({ observationId }) => observationId),
      )) {
        roundDigests.push({ digest: digestOf(request), committedAt: at });
      }
    }
    expect((await listMessages(database, incidentId)).every(({ state }) => state !== "sending")).toBe(true);
    return {
      events,
      state,
      points,
      writes: world.platform.writes.map(({ key }) => key),
      sent: world.sent,
      reads: world.reads,
      unknownFates,
      roundDigests,
    };
  } finally {
    isOver = true;
    for (const child of children) child.kill("SIGKILL");
    await world.close();
    await database.drop();
  }
}

function expectWhole(life: Life): void {
  const { events, state, writes, sent, reads, roundDigests } = life;
  expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
  expect(state.closed).not.toBeNull();
  expect(state.report).not.toBeNull();
  expect(writes).toEqual([`${state.plan?.id}-execute`]); // once, and never undone
  expect(state.outcome?.result).toBe("done");
  expect(state.verification?.result).toBe("recovered");
  const count = (type: string) => events.filter(({ body }) => body.type === type).length;
  for (const type of [
    "answer-concluded",
    "plan-proposed",
    "execution-started",
    "execution-finished",
    "report-written",
    "incident-closed",
  ]) {
    expect(`${type} ${count(type)}`).toBe(`${type} 1`);
  }
  for (const { digest, committedAt } of roundDigests) {
    expect(reads.filter((read) => read.digest === digest && read.at > committedAt)).toEqual([]);
  }
  const notices = sent.filter(({ urgency }) => urgency === "notice").map(({ key }) => key);
  expect(notices).toEqual([...new Set(notices)]);
  const asked = sent.filter(({ key }) => key.includes("/approval/"));
  expect(asked.length).toBeGreaterThanOrEqual(1);
  expect(new Set(asked.map(({ key }) => key)).size).toBe(1);
}

describe("kill -9, anywhere, at any time", () => {
  let undisturbed: Life;

  it("leaves an undisturbed incident alone: alert, cause, approved fix, verification, report", async () => {
    undisturbed = await live({});
    expectWhole(undisturbed);
    expect(undisturbed.points).toBeGreaterThan(40);
  }, 200_000);

  it(`loses and repeats nothing at ${pointsDrawn} points between and inside activities`, async () => {
    const given = process.env["CRASH_POINTS"]?.split(",").map(Number);
    const drawn = given ?? draw(pointsDrawn, undisturbed.points - 4, seed);
    let unknownFates = 0;
    const next = drawn.values();
    const lane = async () => {
      for (const point of next) {
        const life = await live({ worker: [point] }).catch((error: unknown) => {
          throw new Error(`killed at point ${point} of ${undisturbed.points}, seed ${seed}`, { cause: error });
        });
        unknownFates += life.unknownFates;
        try {
          expectWhole(life);
        } catch (error) {
          throw new Error(
            `killed at point ${point} of ${undisturbed.points}, seed ${seed}: ${(error as Error).message}`,
            { cause: error },
          );
        }
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    console.log(`seed ${seed}: killed at ${drawn.join(", ")}; ${unknownFates} messages of unknown fate, all shown`);
  }, 1_800_000);

  it("survives one death after the other, and the hand's in between", async () => {
    expectWhole(await live({ worker: [7, 19, 11, 23], hand: "answered" }));
  }, 200_000);

  it("goes on with the other of two workers", async () => {
    expectWhole(await live({ worker: [15], second: true }));
  }, 200_000);
});

/** `count` different numbers from 1 to `highest`, spread over the whole range, the same for the same seed. */
function draw(count: number, highest: number, seed: number): number[] {
  let random = seed;
  const next = () => {
    random = (random * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return random / 4_294_967_296;
  };
  const width = highest / count;
  return Array.from({ length: count }, (_, index) => 1 + Math.floor(index * width + next() * width));
}
