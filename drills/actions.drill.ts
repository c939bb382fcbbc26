/**
 * Every kind of action, wrong and harmful on purpose, on the running lab: what midwatch measured, and whether what it
 * changed is back. Plans come from here instead of from an answer; all that follows a plan is the product's own.
 * About 20 minutes: `npm run drill:actions`. What a late or lost answer does is in `src/doors/hand.test.ts`.
 */
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { attachPostgres } from "@midwatch/postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { type Both, startBoth } from "../lab/trial/start-both.ts";
import { kindOf } from "../src/actions/all-kinds.ts";
import { makePlan } from "../src/actions/make-plan.ts";
import type { Entity } from "../src/core/entity.ts";
import type { Attempt } from "../src/core/incident.ts";
import type { Action, Ruling } from "../src/core/plan.ts";
import type { Workload } from "../src/core/workload.ts";
import { createCommit, readIncidentState } from "../src/incident/commit.ts";
import { nodeDependencies } from "../src/integrations/http/http-config.ts";
import { connectPlatform, platformConfig } from "../src/integrations/platform/platform.ts";
import { type OpenDatabase, openDatabase } from "../src/store/database.ts";
import { readEntities } from "../src/store/entities.ts";
import { readEvents } from "../src/store/incident-events.ts";
import { eventually } from "../tools/eventually.ts";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const estate = parse(readFileSync(path.join(root, "lab", "estate.yaml"), "utf8")) as {
  services: Record<string, { name: string }>;
  flags: Record<string, { key: string }>;
  schedules: Record<string, { name: string; workload: string }>;
};
const nameOf = (role: string) => estate.services[role]?.name ?? role;

/** As `lab/midwatch.yaml` has it. */
const horizonSeconds = 55;
const holdSeconds = 20;

let directory: string;
let both: Both;
let database: OpenDatabase;
let entities: Entity[];
let incidentId = "";

beforeAll(async () => {
  directory = mkdtempSync(path.join(os.tmpdir(), "midwatch-drill-"));
  chmodSync(directory, 0o711); // run by root, the databases run as somebody else, who must be able to enter
  both = await startBoth({
    data: directory,
    labEntry: path.join(root, "dist", "lab", "lab.js"),
    midwatchEntry: path.join(root, "dist", "cli.js"),
    config: path.join(root, "lab", "midwatch.yaml"),
    seed: 5,
  });
  const postgres = await attachPostgres(path.join(directory, "midwatch", "postgres"));
  if (!postgres) throw new Error("midwatch's database does not answer");
  database = openDatabase({ connection: postgres.connectionConfig("midwatch") });
  // A release to "roll back" to that is known to do harm.
  await both.lab.start("erroring-release", { seed: 1, target: "catalog", magnitude: 1 });
  await eventually("users notice", 60, async () => (await both.lab.truth()).onset !== null);
  await both.lab.heal();
  await eventually(
    "it is over",
    240,
    async () => (await both.midwatch.open()).length === 0 && (await both.lab.truth()).symptom === null,
  );
  await sleep(90_000); // what is usual, again
  await both.lab.start("provider-outage", { seed: 2 });
  await eventually("an incident has its answer", 120, async () => {
    incidentId = (await both.midwatch.open())[0]?.id ?? "";
    return incidentId !== "" && ((await readIncidentState(database, incidentId))?.stood ?? 0) >= 2;
  });
  entities = await readEntities(database);
}, 900_000);

afterAll(async () => {
  await database?.close();
  await both?.stop();
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
}, 60_000);

/** Wrong: somebody else's service is down, and none of these touches that. */
const wrong: Wanted[] = [
  {
    kind: "set-flag",
    role: "gateway",
    target: estate.flags["newCartBadge"]?.key ?? "",
    parameters: () => ({ value: true }),
  },
  { kind: "revert-configuration", role: "session", parameters: () => ({ key: "LOG_LEVEL", value: "debug" }) },
  {
    kind: "scale-replicas",
    role: "recommendation",
    parameters: ({ replicas }) => ({ replicas: replicas.desired * 2 }),
  },
  {
    kind: "raise-limit",
    role: "session",
    parameters: ({ limits }) => ({ memoryBytes: Math.round((limits.memoryBytes ?? 0) * 1.25) }),
  },
  {
    kind: "pause-schedule",
    role: "storage",
    target: estate.schedules["cleanup"]?.name ?? "",
    parameters: () => ({ paused: true }),
  },
  {
    kind: "restart-instance",
    role: "recommendation",
    parameters: ({ instances }) => ({ instance: instances[0]?.id ?? "" }),
  },
  {
    kind: "roll-back-release",
    role: "recommendation",
    parameters: ({ versions, version }) => ({
      version: versions.find((one) => one.version !== version)?.version ?? "",
    }),
  },
];

/**
 * Harmful: each breaks what worked until then. No flag, schedule or restart of the lab can do that, and no more instances
 * or memory; less memory can, which policy refuses.
 */
const harmful: Wanted[] = [
  {
    kind: "revert-configuration",
    role: "catalog",
    parameters: ({ configuration }) => {
      const [key, value] = Object.entries(configuration).find(([, each]) => each.startsWith("postgresql://")) ?? [
        "",
        "",
      ];
      return { key, value: value.replace(/:\d+\//, ":7080/") };
    },
  },
  {
    kind: "roll-back-release",
    role: "catalog",
    parameters: ({ versions, version }) => ({
      version: versions.find((one) => one.version !== version && /segment/.test(one.summary ?? ""))?.version ?? "",
    }),
  },
];

type Wanted = {
  kind: Action["kind"];
  role: string;
  target?: string;
  parameters: (workload: Workload) => Action["parameters"];
};

describe("an action that has nothing to do with the trouble", () => {
  test.each(wrong)("$kind of $role: unchanged, and taken back where the kind says so", async (wanted) => {
    const before = await workloadOf(wanted.role);
    const attempt = await tried(wanted, before);
    const measured = await measuredOf(attempt.plan.id);
    expect(attempt, measured).toMatchObject({ outcome: { result: "done" }, verification: "unchanged" });
    const { inverse, whenUnchanged } = attempt.plan;
    const isTakenBack = inverse !== null && whenUnchanged === "undo" && !attempt.plan.isStateBeforeSuspect;
    expect(attempt.undo).toBe(isTakenBack ? "done" : null);
    if (isTakenBack) expect(settingsOf(await workloadOf(wanted.role))).toEqual(settingsOf(before));
  });
});

describe("an action that does harm", () => {
  test.each(harmful)("$kind of $role: worse, and taken back", async (wanted) => {
    const before = await workloadOf(wanted.role);
    const attempt = await tried(wanted, before);
    const measured = await measuredOf(attempt.plan.id);
    expect(attempt, measured).toMatchObject({ outcome: { result: "done" }, verification: "worse", undo: "done" });
    expect(settingsOf(await workloadOf(wanted.role))).toEqual(settingsOf(before));
  });
});

test("a limit below what was declared, which would do harm, is refused by policy, and nobody is asked", async () => {
  const wanted: Wanted = { kind: "raise-limit", role: "cart", parameters: () => ({ memoryBytes: 24 * 2 ** 20 }) };
  const before = await workloadOf(wanted.role);
  const plan = await planned(wanted, before);
  const ruling = await eventually("policy has ruled", 30, async () => (await rulingOn(plan.id)) ?? null);
  expect(ruling).toMatchObject({ kind: "deny" });
  expect((await readIncidentState(database, incidentId))?.approvalRequestedAt ?? null).toBeNull();
  expect(settingsOf(await workloadOf(wanted.role))).toEqual(settingsOf(before));
});

test("nothing is written once everything is stopped, approved or not", async () => {
  const [wanted] = wrong as [Wanted];
  const before = await workloadOf(wanted.role);
  const plan = await proposed(wanted, before);
  await both.midwatch.stopAll();
  await both.midwatch.approve(incidentId, plan);
  await eventually("the plan is refused", 60, async () => (await ended(plan.id)) !== undefined);
  expect((await ended(plan.id))?.outcome).toMatchObject({ result: "refused" });
  expect(settingsOf(await workloadOf(wanted.role))).toEqual(settingsOf(before));
});

/** Proposes it in the open incident, approves it as a person does, waits until midwatch is through with it. */
async function tried(wanted: Wanted, workload: Workload): Promise<Attempt> {
  const plan = await proposed(wanted, workload);
  await both.midwatch.approve(incidentId, plan);
  return eventually(`${wanted.kind} is over`, horizonSeconds + 180, async () => (await ended(plan.id)) ?? null);
}

/** Proposes it, and waits until a person is asked. */
async function proposed(wanted: Wanted, workload: Workload): Promise<{ id: string; digest: string }> {
  const plan = await planned(wanted, workload);
  await eventually(
    "somebody is asked",
    30,
    async () => (await readIncidentState(database, incidentId))?.approvalRequestedAt != null,
  );
  return plan;
}

async function planned(
  { kind, target, parameters }: Wanted,
  workload: Workload,
): Promise<{ id: string; digest: string }> {
  const definition = kindOf(kind);
  const entity = entities.find(({ id }) => id === workload.entityId) as Entity;
  const action: Action = {
    kind,
    connection: workload.connection,
    entityId: entity.id,
    target: target ?? workload.target,
    environment: entity.environment,
    parameters: definition.parameters.parse(parameters(workload)) as Action["parameters"],
  };
  // The last one may still be measured, and its end asks for a new look: what is proposed meanwhile would go with it.
  await eventually("there is an answer, and nothing under way", 240, async () => {
    const state = await readIncidentState(database, incidentId);
    const isIdle = state?.execution === null && state.verification === null && state.undo === null;
    return isIdle && state.answer !== null && state.investigation === null && state.staleReason === null;
  });
  const now = Date.now();
  const { state } = await createCommit({ database, now: Date.now, channelsFor: () => [] })({
    incidentId,
    actor: { kind: "midwatch", part: "proposals" },
    activityId: null,
    decide: (incident) => {
      const { answer } = incident;
      const [hypothesis] = answer?.hypotheses ?? [];
      if (!answer || !hypothesis) throw new Error("the incident has no answer");
      const plan = makePlan({
        id: `${incidentId}-drill-${incident.sequence}`,
        proposal: {
          kind: "action",
          hypothesis,
          definition,
          action,
          workload,
          title: `Drill: ${kind}`,
          alternatives: [],
        },
        answer,
        symptoms: incident.items.flatMap(({ entityIds, startsAt, title }) =>
          entityIds.map((entityId) => ({
            entityId,
            concept: "request.error_ratio" as const,
            direction: "up" as const,
            reportedAt: startsAt,
            sentence: title,
          })),
        ),
        dryRun: null,
        nameOf: (id) => id,
        observationIds: [],
        before: { from: now - 60_000, to: now },
        horizonSeconds,
        holdSeconds,
        now,
        expiresAt: now + 600_000,
      });
      return { events: [{ type: "plan-proposed", plan, alternatives: [] }] };
    },
  });
  const { plan } = state;
  if (!plan) throw new Error("nothing was proposed");
  return plan;
}

/** What became of the plan, once it is over. */
async function ended(planId: string): Promise<Attempt | undefined> {
  const state = await readIncidentState(database, incidentId);
  return state?.attempts.find(({ plan }) => plan.id === planId);
}

async function rulingOn(planId: string): Promise<Ruling | undefined> {
  return (await readEvents(database, incidentId)).flatMap(({ body }) =>
    body.type === "ruling-given" && body.planId === planId ? [body.ruling] : [],
  )[0];
}

/** What was measured after a plan, look by look, for whoever reads that it was not as expected. */
async function measuredOf(planId: string): Promise<string> {
  const looks = (await readEvents(database, incidentId)).flatMap(({ body }) =>
    body.type === "verification-looked" && body.verification.planId === planId ? [body.verification] : [],
  );
  return looks.map(({ sentence, details }) => `${sentence} ${JSON.stringify(details)}`).join("\n");
}

async function workloadOf(role: string): Promise<Workload> {
  const config = platformConfig.parse({ name: "lab", type: "platform", ...both.platform });
  const entity = entities.find(({ name, kind }) => name === nameOf(role) && kind !== "instance");
  if (!entity) throw new Error(`midwatch does not know ${nameOf(role)}`);
  const platform = connectPlatform(config, nodeDependencies());
  const answer = await platform.workloads?.readWorkloads({ entities: [entity] });
  const [workload] = answer?.body ?? [];
  if (!workload) throw new Error(`the platform does not know ${entity.name}: ${answer?.why}`);
  return workload;
}

/** What an undo must bring back. Revisions and instances differ after every change. */
function settingsOf({ version, replicas, limits, configuration, flags, schedules }: Workload) {
  return {
    version,
    replicas: replicas.desired,
    memoryBytes: limits.memoryBytes,
    configuration,
    flags: flags.map(({ key, value }) => ({ key, value })),
    schedules: schedules.map(({ name, isPaused }) => ({ name, isPaused })),
  };
}
