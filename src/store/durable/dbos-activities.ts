import { setTimeout as sleep } from "node:timers/promises";
import { DBOS, type WorkflowStatus } from "@dbos-inc/dbos-sdk";
import { DBOSExecutor } from "@dbos-inc/dbos-sdk/internal/dbos-executor";
import type { Instant } from "../../core/window.ts";
import type { OpenDatabase } from "../database.ts";
import { oneProcessAtATime } from "../one-process-at-a-time.ts";
import { beat, fenceDeadWorkers, forgetWorkers, listLiveWorkers, registerWorker, sayGoodbye } from "../workers.ts";
import type {
  Activities,
  ActivityBodies,
  ActivityBody,
  ActivityInput,
  ActivityState,
  StartResult,
} from "./activities.ts";
import { findGoneWorkers, newWorkerId, processSpace } from "./worker-identity.ts";

type ActivitiesSettings = {
  database: OpenDatabase;
  /** URL of the same database: the engine keeps its own tables in schema `dbos` of it. */
  databaseUrl: string;
  bodies: ActivityBodies;
  roles: string[];
  /** midwatch's version, for the list of workers. */
  version: string;
  /** Every worker says this often that it lives. 2 s where not given. */
  heartbeatSeconds?: number;
  /** Silent for this long counts as dead: five heartbeats, 10 s where not given. */
  silentSeconds?: number;
  /** How often an activity that throws is tried. 5 where not given. */
  maxAttempts?: number;
  /** How long `close` lets activities finish. 5 s where not given. */
  drainMilliseconds?: number;
  log?: (line: string) => void;
  /** This worker was taken for dead (it was suspended): others do its work now. Close and open again. */
  onFenced?: () => void;
};

/**
 * The port on DBOS. One a process: DBOS keeps its state in the process. The version of the application is constant, so
 * that a new release goes on with what an old one left: bodies must stand finding the steps of an older release.
 */
export async function openActivities(settings: ActivitiesSettings): Promise<Activities> {
  const { database, bodies } = settings;
  const log = settings.log ?? (() => {});
  const workerId = newWorkerId();
  const host = processSpace();
  const runningHere = new Set<string>();
  const workflows = new Map(
    Object.entries(bodies).map(([kind, body]) => [kind, registerBody(kind, body, runningHere)]),
  );
  DBOS.setConfig({
    name: "midwatch",
    systemDatabaseUrl: withIdleTimeout(settings.databaseUrl),
    systemDatabasePoolSize: 5,
    applicationVersion: "1",
    executorID: workerId,
    logger: toLogger(log),
  });
  const shutDown = (drainMilliseconds: number) =>
    DBOS.shutdown({ deregister: true, workflowCompletionTimeoutMS: drainMilliseconds });
  const takeOver = () => handOver({ ...settings, workerId, host, runningHere, kinds: new Set(workflows.keys()), log });
  let isFenced = false;
  let stopBeating = async () => {};
  try {
    // Launching makes and migrates the engine's own tables; two that do so at once can deadlock.
    await oneProcessAtATime(database, "launch-durable-engine", () => DBOS.launch());
    // Only now: who waits for its turn to launch says nothing, and would be taken for dead.
    const { roles, version } = settings;
    await registerWorker(database, { id: workerId, host, processId: process.pid, roles, version });
    stopBeating = every((settings.heartbeatSeconds ?? 2) * 1000, log, async () => {
      if (!isFenced && !(await beat(database, workerId))) {
        isFenced = true;
        settings.onFenced?.();
      }
      if (!isFenced) await takeOver();
    });
    await takeOver();
  } catch (thrown) {
    await stopBeating();
    await shutDown(0);
    throw thrown;
  }

  return {
    workerId,
    takeOver,
    start: (kind, activityId, input) => start(workflows, settings.maxAttempts ?? 5, kind, activityId, input),
    read,
    wait: async (activityId, timeoutMilliseconds) => {
      for (const deadline = Date.now() + timeoutMilliseconds; ; await sleep(25)) {
        const state = await read(activityId);
        if ((state !== undefined && state.status !== "running") || Date.now() > deadline) return state;
      }
    },
    forgetFinished,
    close: async () => {
      await stopBeating();
      await shutDown(settings.drainMilliseconds ?? 5000);
      await sayGoodbye(database, workerId);
    },
  };
}

const idleInTransactionMilliseconds = 60_000;

/**
 * As an option of the connection. Else the engine sends it as a statement while the connection is already handed to
 * somebody who asks too, which the driver warns of and will refuse.
 */
function withIdleTimeout(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  const option = `-c idle_in_transaction_session_timeout=${idleInTransactionMilliseconds}`;
  url.searchParams.set("options", [url.searchParams.get("options") ?? "", option].join(" ").trim());
  url.search = url.search.replaceAll("+", "%20"); // a space: libpq knows no plus
  return url.toString();
}

type Workflow = (activityId: string, input: ActivityInput) => Promise<void>;

function registerBody(kind: string, body: ActivityBody, runningHere: Set<string>): Workflow {
  const workflow = async (activityId: string, input: ActivityInput) => {
    const workflowId = DBOS.workflowID ?? activityId;
    runningHere.add(workflowId);
    try {
      await body(input, { activityId, step: (name, work) => DBOS.runStep(work, { name }) });
    } finally {
      runningHere.delete(workflowId);
    }
  };
  return DBOS.registerWorkflow(workflow, { name: kind });
}

async function start(
  workflows: Map<string, Workflow>,
  maxAttempts: number,
  kind: string,
  activityId: string,
  input: ActivityInput,
): Promise<StartResult> {
  const workflow = workflows.get(kind);
  if (workflow === undefined) throw new Error(`there is no activity ${kind}`);
  const latest = await findLatestAttempt(activityId);
  const attempt = latest === undefined ? 1 : latest.attempt + 1;
  if (latest !== undefined) {
    const state = toState(latest.status, latest.attempt);
    if (state.status !== "failed") return { kind: "known", state };
    const why = state.why ?? "it failed";
    if (latest.attempt >= maxAttempts) return { kind: "given-up", why };
    const at = (latest.status.completedAt ?? latest.status.updatedAt ?? 0) + pauseMilliseconds(latest.attempt);
    if (at > Date.now()) return { kind: "later", at, why };
  }
  const handle = await DBOS.startWorkflow(workflow, { workflowID: attemptId(activityId, attempt) })(activityId, input);
  handle.getResult().catch(() => {}); // a failure is recorded by the engine and read by `start` and `read`
  return { kind: "started" };
}

/** 1, 2, 4, … seconds, at most a minute. */
function pauseMilliseconds(attempt: number): number {
  return Math.min(60_000, 1000 * 2 ** (attempt - 1));
}

/** The first attempt has the activity's own id. */
function attemptId(activityId: string, attempt: number): string {
  return attempt === 1 ? activityId : `${activityId}~${attempt}`;
}

async function findLatestAttempt(activityId: string): Promise<{ attempt: number; status: WorkflowStatus } | undefined> {
  let latest: { attempt: number; status: WorkflowStatus } | undefined;
  for (let attempt = 1; ; attempt++) {
    const status = await DBOS.getWorkflowStatus(attemptId(activityId, attempt));
    if (status === null) return latest;
    latest = { attempt, status };
    // Only an attempt that failed, or that a release dropped which did not know it, has a successor.
    if (status.status !== "ERROR" && status.status !== "CANCELLED") return latest;
  }
}

async function read(activityId: string): Promise<ActivityState | undefined> {
  const latest = await findLatestAttempt(activityId);
  return latest && toState(latest.status, latest.attempt);
}

function toState(status: WorkflowStatus, attempt: number): ActivityState {
  const workerId = status.executorId ?? null;
  if (status.status === "SUCCESS") return { status: "finished", attempt, workerId, why: null };
  if (["PENDING", "ENQUEUED", "DELAYED"].includes(status.status))
    return { status: "running", attempt, workerId, why: null };
  const why =
    status.error instanceof Error ? status.error.message : String(status.error ?? status.status.toLowerCase());
  return { status: "failed", attempt, workerId, why };
}

/**
 * Every worker does this for itself: each statement is safe beside the same one of another worker, and a lock would be
 * held for ever by a worker that is suspended just then.
 */
async function handOver(
  settings: ActivitiesSettings & {
    workerId: string;
    host: string;
    runningHere: Set<string>;
    kinds: ReadonlySet<string>;
    log: (line: string) => void;
  },
): Promise<string[]> {
  const { database, workerId, host, runningHere, kinds, log } = settings;
  // Before the list: what ends while we look is neither running any more nor lost.
  const ranBefore = new Set(runningHere);
  // Before the list of the living: who registers in between cannot be taken for dead.
  const pending = await DBOS.listWorkflows({ status: "PENDING", loadInput: false, loadOutput: false });
  const goneIds = findGoneWorkers(await listLiveWorkers(database), { id: workerId, host });
  const limits = { silentSeconds: settings.silentSeconds ?? 10, goneIds, exceptId: workerId };
  const dead = await fenceDeadWorkers(database, limits);
  const living = new Set((await listLiveWorkers(database)).map(({ id }) => id));
  const holders = new Set(pending.map(({ executorId }) => executorId).filter((id) => id !== undefined));
  const orphaned = [...holders].filter((id) => id !== workerId && !living.has(id));
  if (orphaned.length > 0) {
    log(`handing on the activities of ${orphaned.join(", ")}`);
    await DBOSExecutor.globalInstance?.recoverPendingWorkflows(orphaned);
  }
  // Ours on paper, but not running: the connection broke between claiming it and hearing of it.
  const lost = pending.filter(
    ({ workflowID, executorId, dequeuedAt, updatedAt, createdAt }) =>
      executorId === workerId &&
      !ranBefore.has(workflowID) &&
      !runningHere.has(workflowID) &&
      Math.max(dequeuedAt ?? 0, updatedAt ?? 0, createdAt) < Date.now() - CLAIM_PATIENCE_MILLISECONDS,
  );
  const again = lost.filter(({ workflowName }) => kinds.has(workflowName));
  if (again.length > 0) {
    log(`starting ${again.length} activities again that were claimed but never ran`);
    await DBOS.resumeWorkflows(again.map(({ workflowID }) => workflowID));
  }
  // Left by another release. What its incident needs is decided anew, by whoever runs: a release that knows the kind starts
  // it once more as a further attempt.
  const unknown = lost.filter(({ workflowName }) => !kinds.has(workflowName));
  if (unknown.length > 0) {
    log(`dropping what this release does not know: ${unknown.map(({ workflowID }) => workflowID).join(", ")}`);
    await DBOS.cancelWorkflows(unknown.map(({ workflowID }) => workflowID));
  }
  await forgetWorkers(database);
  return [...new Set([...dead, ...orphaned])];
}

/** From the claim to the first line of the body it takes milliseconds. */
const CLAIM_PATIENCE_MILLISECONDS = 10_000;

async function forgetFinished(before: Instant): Promise<number> {
  const finished = await DBOS.listWorkflows({
    completedBefore: new Date(before).toISOString(),
    loadInput: false,
    loadOutput: false,
    limit: 1000,
  });
  await DBOS.deleteWorkflows(finished.map(({ workflowID }) => workflowID));
  return finished.length;
}

/** Runs one after the other, never two at once, until stopped; a failure is told and the next turn comes. */
function every(milliseconds: number, log: (line: string) => void, work: () => Promise<void>): () => Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let turn: Promise<void> = Promise.resolve();
  const plan = () => {
    timer = setTimeout(() => {
      turn = work()
        .catch((error: unknown) => log(`heartbeat: ${error instanceof Error ? error.message : String(error)}`))
        .then(() => {
          if (!isStopped) plan();
        });
    }, milliseconds);
    timer.unref();
  };
  plan();
  return () => {
    isStopped = true;
    clearTimeout(timer);
    return turn;
  };
}

/** The engine's own words are for its developers, except warnings. */
function toLogger(log: (line: string) => void) {
  const tell = (entry: unknown) => log(`durable engine: ${String(entry)}`);
  return { info: () => {}, debug: () => {}, warn: tell, error: tell };
}
