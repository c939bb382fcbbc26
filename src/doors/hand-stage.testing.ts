import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { kindOf } from "../actions/all-kinds.ts";
import { planDigest } from "../actions/make-plan.ts";
import type { Actor, IncidentEventBody } from "../core/incident-events.ts";
import type { Action, Plan } from "../core/plan.ts";
import { plainWorkload } from "../core/samples.testing.ts";
import { policyConfig } from "../policy/policy-config.ts";
import { appendEvents } from "../store/incident-events.ts";
import { openTestDatabase, type TestDatabase } from "../store/testing.ts";
import { createAct } from "./act.ts";
import { type Hand, runHand } from "./hand.ts";
import { startTestPlatform, type TestPlatform, testPlatformConnection } from "./platform.testing.ts";

export const ada: Actor = { kind: "person", name: "Ada" };
export const midwatch: Actor = { kind: "midwatch", part: "test" };
const policy = policyConfig.parse({
  environments: { staging: { kind: "staging", writes: "on-approval" }, live: { writes: "on-approval" } },
  bounds: { writesPerHour: 1000, restartsPerHour: 1000 },
});

type HandSettings = Partial<Parameters<typeof runHand>[0]>;
type Approver = { by: Actor; digest?: string };

type HandStage = {
  database: TestDatabase;
  platform: TestPlatform;
  startHand(changes?: HandSettings): Promise<void>;
  act(): ReturnType<typeof createAct>;
  planned(kind?: Action["kind"], changes?: Partial<Plan>, approval?: Approver | null): ReturnType<typeof planAct>;
};

/** A database for the file, a platform and at most one hand for each test. To be called once, at the top of the file. */
export function setHandStage(): HandStage {
  let hand: Hand | undefined;
  const stage = {
    async startHand(changes: HandSettings = {}) {
      hand = await runHand({
        database: stage.database,
        now: Date.now,
        policy,
        connections: new Map([["platform/main", testPlatformConnection(stage.platform.url)]]),
        channels: ["terminal"],
        callSeconds: 0.5,
        readBackSeconds: 1,
        log: () => {},
        onWriterLost: () => {},
        ...changes,
      });
    },
    act: () => createAct({ database: stage.database, now: Date.now, patienceSeconds: 60, outcomeSeconds: 60 }),
    planned: (...wanted) => planAct(stage, ...wanted),
  } as HandStage;

  beforeAll(async () => {
    stage.database = await openTestDatabase();
  });
  beforeEach(async () => {
    stage.platform = await startTestPlatform(plainWorkload({ at: Date.now() }));
  });
  afterEach(async () => {
    await hand?.close();
    hand = undefined;
    await stage.platform.close();
  });
  afterAll(() => stage.database.drop());
  return stage;
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

let incidents = 0;

/** An incident whose log holds a plan, approved by Ada unless told otherwise. */
async function planAct(
  stage: { database: TestDatabase; platform: TestPlatform },
  kind: Action["kind"] = "set-flag",
  changes: Partial<Plan> = {},
  approval: { by: Actor; digest?: string } | null = { by: ada },
): Promise<{
  incidentId: string;
  plan: Plan;
  reason: string;
  say: (body: IncidentEventBody, by?: Actor) => Promise<void>;
}> {
  const incidentId = `i-${++incidents}-${stage.database.name}`;
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
    inverse: definition.inverse(action, stage.platform.workload)?.action ?? null,
    inverseSentence: "",
    preconditions: [
      { revision: definition.revisionOf(action, stage.platform.workload) ?? "", sentence: "", predicate: null },
    ],
    blastRadius: { sentence: "", entityIds: ["e-shop"], instances: 1 },
    risk: definition.risk(action, stage.platform.workload),
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
    await appendEvents(stage.database, {
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
