import { kindOf } from "../actions/all-kinds.ts";
import { canonicalJson } from "../core/canonical-json.ts";
import type { Outcome } from "../core/plan.ts";
import type { Instant } from "../core/window.ts";
import type { Workload } from "../core/workload.ts";
import { decide } from "../policy/decide.ts";
import { type ActRequest, recordActStep } from "../store/act-requests.ts";
import { type Act, beginAct, finishAct, prepareAct, readAct } from "../store/acts.ts";
import { appendAudit } from "../store/audit.ts";
import { releaseEntityLocks, takeEntityLocks } from "../store/entity-locks.ts";
import { readKillSwitch } from "../store/kill-switch.ts";
import { executeKey } from "./act.ts";
import { callOnce, readBack } from "./call-platform.ts";
import { gatherPolicyFacts } from "./gather-policy-facts.ts";
import type { HandDependencies } from "./hand-dependencies.ts";
import { type PlanRecord, readPlan } from "./read-plan.ts";

/**
 * One write, in DESIGN's order, each step written down before the next. Called again after a crash it goes on from the
 * journal: what was only prepared is checked anew, what may have been sent is read back and never sent again.
 */
export async function performAct(dependencies: HandDependencies, request: ActRequest): Promise<Outcome> {
  const { database, now } = dependencies;
  const startedAt = now();
  const isUndo = request.kind === "undo";
  const step = async (name: string, detail: string | null = null): Promise<void> => {
    await recordActStep(database, request.key, { name, at: now(), detail });
    await dependencies.afterStep?.(request.key, name);
  };
  const end = (result: Outcome["result"], why: string, more: Partial<Outcome> = {}): Outcome => ({
    planId: request.planId ?? "",
    result,
    isUndo,
    why,
    before: null,
    after: null,
    revision: null,
    idempotencyKey: request.key,
    startedAt,
    finishedAt: now(),
    ...more,
  });

  const earlier = await readAct(database, request.key);
  if (earlier?.outcome || earlier?.state === "executing") {
    const outcome = earlier.outcome ?? (await settle(dependencies, earlier, end, step));
    await letGo(dependencies, earlier);
    return outcome;
  }

  const refused = async (why: string): Promise<Outcome> => {
    const outcome = end("refused", why);
    await step("refused", why);
    await finishAct(database, outcome); // of one that was prepared, by this hand or one before it
    await audit(dependencies, request, { step: "refused", why });
    return outcome;
  };

  // 1. Kill switch. A database that does not answer throws here: no database, no writes.
  const killSwitch = await readKillSwitch(database);
  if (killSwitch.isEngaged) return refused("all writes are stopped");
  await step("kill-switch-is-open");

  const record = request.planId ? await readPlan(database, request.incidentId, request.planId) : undefined;
  if (!record) return refused("the log holds no such plan, or another one under its name");
  const original = isUndo ? await readAct(database, executeKey(record.plan.id)) : undefined;
  const action = isUndo ? original?.inverse : record.plan.action;
  if (!action) return refused("there is nothing to undo with");
  if (isUndo && original?.state !== "done") return refused("what should be undone has not surely taken effect");
  const connection = dependencies.connections.get(action.connection);
  if (!connection) return refused(`the hand holds no credentials for ${action.connection}`);

  // 2. Policy, again, on what is true now.
  const workload = await connection.readWorkload(action.entityId);
  const cleared = record.isMeasuredWorse || record.undoRequestedBy !== null;
  const undo = isUndo ? { isStateBeforeCleared: cleared } : null;
  const { plan, probability } = record;
  const input = { action, plan, workload, config: dependencies.policy, probability, undo, now: now() };
  const ruling = decide(action, await gatherPolicyFacts(database, input));
  await audit(dependencies, request, { step: "ruled", ruling });
  if (ruling.kind === "deny") return refused(ruling.why);
  await step("policy-agrees", ruling.why);

  // 3. Approval: of this very plan, by a person, in time. An undo stands on the approval of its plan.
  if (!isUndo) {
    if (now() >= plan.expiresAt) return refused("the proposal has expired");
    if (record.isWithdrawn) return refused("the proposal was withdrawn");
    if (ruling.kind === "ask" && record.approval === null) return refused(`no person has approved it: ${ruling.why}`);
  } else if (ruling.kind === "ask" && record.approval === null && record.undoRequestedBy === null) {
    return refused(`no person has approved it: ${ruling.why}`);
  }
  await step("approval-holds", record.approval?.person ?? record.undoRequestedBy);

  // 4. Preconditions, on the workload as it is now.
  if (!workload) return refused(`${action.target} cannot be read`);
  const kind = kindOf(action.kind);
  if (!kind.parameters.safeParse(action.parameters).success) return refused("the action's values are not usable");
  const revision = kind.revisionOf(action, workload);
  const expected = isUndo ? (original?.outcome?.revision ?? revision) : plan.preconditions[0]?.revision;
  if (revision === undefined || revision !== expected) return refused(`${action.target} was changed since it was read`);
  const [obstacle] = kind.obstacles(action, workload);
  if (obstacle) return refused(obstacle);
  await step("preconditions-hold", `revision ${revision}`);

  // 5. Lock, 6. inverse captured and undo armed, 7. key: all before anything is sent.
  const lockSeconds = 60 + (dependencies.callSeconds ?? 75) + (dependencies.readBackSeconds ?? 60);
  const lock = await takeEntityLocks(database, {
    entityIds: [action.entityId],
    holder: request.key,
    seconds: lockSeconds,
  });
  if (lock.kind === "held") return refused(`${lock.by} is changing it`);
  try {
    await step("entity-is-locked", `token ${lock.token}`);
    const inverse = kind.inverse(action, workload)?.action ?? null;
    if (!isUndo && canonicalJson(inverse) !== canonicalJson(plan.inverse)) {
      return await refused("its undo would not be the one that was approved");
    }
    const { act } = await prepareAct(database, {
      idempotencyKey: request.key,
      planId: plan.id,
      incidentId: request.incidentId,
      entityId: action.entityId,
      environment: action.environment,
      isUndo,
      action,
      captured: capturedState(workload),
      inverse,
      preparedAt: now(),
      undoDueAt: isUndo || inverse === null ? null : undoDueAt(record, dependencies, now()),
    });
    if (act.outcome) return act.outcome;
    await audit(dependencies, request, { step: "prepared", action, inverse });
    await step("undo-is-armed");

    // 8. Execute: only while the switch is open and the lock is held, once.
    const begun = await beginAct(database, { idempotencyKey: request.key, token: lock.token, at: now() });
    if (begun === "writes-stopped") return await refused("all writes are stopped");
    if (begun === "lock-lost") return await refused("somebody else has locked it");
    if (begun === "begun-before") {
      const again = await readAct(database, request.key);
      return (
        again?.outcome ?? (again ? await settle(dependencies, again, end, step) : await refused("its record is gone"))
      );
    }
    await dependencies.afterStep?.(request.key, "executing");
    const answer = await callOnce(dependencies, connection, action, { idempotencyKey: request.key, revision });
    await dependencies.afterStep?.(request.key, "answered");

    // 9. Read back.
    if (answer.kind === "unknown") {
      return await settle(dependencies, { ...act, state: "executing" }, end, step, answer.why);
    }
    return await finish(dependencies, toOutcome(answer, end), step);
  } finally {
    await releaseEntityLocks(database, lock.token);
  }
}

type End = (result: Outcome["result"], why: string, more?: Partial<Outcome>) => Outcome;
type StepWriter = (name: string, detail?: string | null) => Promise<void>;

/** It may have been sent. Find out what became of it; when nobody can say, that is the outcome, and it is final. */
async function settle(
  dependencies: HandDependencies,
  act: Act,
  end: End,
  step: StepWriter,
  why = "the hand ended before it heard the answer",
): Promise<Outcome> {
  await step("reading-back", why);
  const connection = dependencies.connections.get(act.action.connection);
  const answer = connection
    ? await readBack(dependencies, connection, act.idempotencyKey, why)
    : ({ kind: "unknown", why: "the hand holds no credentials to find out" } as const);
  return finish(dependencies, toOutcome(answer, end), step);
}

/** The lock of a hand that died: taken again under the same name, then released. */
async function letGo({ database }: HandDependencies, { entityId, idempotencyKey }: Act): Promise<void> {
  const lock = await takeEntityLocks(database, { entityIds: [entityId], holder: idempotencyKey, seconds: 1 });
  if (lock.kind === "taken") await releaseEntityLocks(database, lock.token);
}

async function finish(dependencies: HandDependencies, outcome: Outcome, step: StepWriter): Promise<Outcome> {
  const { database } = dependencies;
  await database.transaction(async (transaction) => {
    await finishAct(transaction, outcome);
    await appendAudit(transaction, {
      at: outcome.finishedAt,
      kind: "act",
      actor: { kind: "midwatch", part: "hand" },
      subject: outcome.idempotencyKey,
      body: { step: "finished", result: outcome.result, why: outcome.why, after: outcome.after },
    });
  });
  await step(`finished-${outcome.result}`, outcome.why);
  return outcome;
}

function toOutcome(answer: Awaited<ReturnType<typeof callOnce>>, end: End): Outcome {
  switch (answer.kind) {
    case "done": {
      const { before, after, revision } = answer;
      return end("done", "it took effect", { before, after, revision });
    }
    case "refused":
      return end("refused", answer.why);
    case "failed":
      return end("failed", answer.why);
    case "unknown":
      return end("unknown", answer.why);
  }
}

async function audit(
  dependencies: HandDependencies,
  request: ActRequest,
  body: Record<string, unknown>,
): Promise<void> {
  await appendAudit(dependencies.database, {
    at: dependencies.now(),
    kind: "act",
    actor: { kind: "midwatch", part: "hand" },
    subject: request.key,
    body: { incidentId: request.incidentId, planId: request.planId, ...body },
  });
}

/** Verification's own time and some more: only when nobody confirms within it does the dead-man act. */
function undoDueAt({ plan }: PlanRecord, dependencies: HandDependencies, at: Instant): Instant {
  return at + (plan.verification.horizonSeconds + (dependencies.deadManSlackSeconds ?? 120)) * 1000;
}

/** What is needed to bring it back; instances and their restarts are not. */
function capturedState(workload: Workload): unknown {
  const { revision, version, replicas, limits, configuration, flags, schedules } = workload;
  return { revision, version, replicas, limits, configuration, flags, schedules };
}
