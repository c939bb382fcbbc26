import type { DryRun } from "../core/capability.ts";
import {
  type ActRequest,
  answerActRequest,
  askHand,
  listOpenActRequests,
  takeActRequest,
} from "../store/act-requests.ts";
import { type Act, listDueUndos, settleUndo } from "../store/acts.ts";
import { listen } from "../store/notifications.ts";
import { enqueueMessage } from "../store/outbox.ts";
import { undoKey } from "./act.ts";
import type { HandDependencies } from "./hand-dependencies.ts";
import { holdOneWriter } from "./hold-one-writer.ts";
import { performAct } from "./perform-act.ts";
import { readPlan } from "./read-plan.ts";

export type Hand = { close(): Promise<void> };

/**
 * The only writer. Serves the act journal until closed: requests that wait, requests that a hand before it left
 * half-done, and armed undos that nobody disarmed in time. One hand at a time on one database.
 */
export async function runHand(dependencies: HandDependencies): Promise<Hand> {
  const { database, log } = dependencies;
  const writer = await holdOneWriter(database, dependencies.onWriterLost);
  const running = new Map<string, Promise<void>>();
  let isClosed = false;

  const sweep = async (): Promise<void> => {
    await fireDueUndos(dependencies);
    for (const request of await listOpenActRequests(database)) {
      if (isClosed || running.has(request.key)) continue;
      const work = serve(dependencies, request)
        .catch((error: unknown) => log(`${request.key}: ${messageOf(error)}; it is taken up again`))
        .finally(() => running.delete(request.key));
      running.set(request.key, work);
    }
  };

  // One sweep at a time; a call during one asks for another after it.
  let sweeping: Promise<void> | undefined;
  let isAgainWanted = false;
  const wake = (): void => {
    if (isClosed) return;
    if (sweeping) {
      isAgainWanted = true;
      return;
    }
    sweeping = sweep()
      .catch((error: unknown) => log(`the journal cannot be read: ${messageOf(error)}`))
      .finally(() => {
        sweeping = undefined;
        if (isAgainWanted) {
          isAgainWanted = false;
          wake();
        }
      });
  };

  const listener = await listen(database);
  listener.on("act-requests", wake);
  listener.onReconnected(wake);
  const timer = setInterval(wake, 500); // a notification may be lost; the dead-man has nothing else to wake it
  wake();
  return {
    async close() {
      isClosed = true;
      clearInterval(timer);
      await listener.close();
      await sweeping;
      await Promise.all(running.values());
      await writer.release();
    },
  };
}

async function serve(dependencies: HandDependencies, request: ActRequest): Promise<void> {
  const { database, now } = dependencies;
  if (request.kind === "dry-run") {
    if (now() < request.expiresAt)
      await answerActRequest(database, request.key, await dryRun(dependencies, request), now());
    else await answerActRequest(database, request.key, { kind: "impossible", why: "asked too long ago" }, now());
    return;
  }
  // One that waited too long is for the asker to take back; one that was begun is always finished.
  if (request.takenAt === null && now() > request.expiresAt + 5000) {
    const why = "the hand came too late";
    const at = now();
    const outcome = {
      planId: request.planId,
      result: "refused",
      isUndo: request.kind === "undo",
      why,
      before: null,
      after: null,
    };
    const rest = { revision: null, idempotencyKey: request.key, startedAt: at, finishedAt: at };
    await answerActRequest(database, request.key, { ...outcome, ...rest }, at);
    return;
  }
  if (request.takenAt === null && now() > request.expiresAt) return;
  if (!(await takeActRequest(database, request.key, now()))) return;
  await dependencies.afterStep?.(request.key, "taken");
  const outcome = await performAct(dependencies, request);
  await dependencies.afterStep?.(request.key, "before-answer");
  await answerActRequest(database, request.key, outcome, now());
}

async function dryRun({ connections }: HandDependencies, { action }: ActRequest): Promise<DryRun> {
  const connection = action ? connections.get(action.connection) : undefined;
  if (!action || !connection) {
    const name = action?.connection ?? "it";
    return { kind: "denied", why: `the hand holds no credentials for ${name}`, wayOut: `Give ${name} a write token.` };
  }
  try {
    return await connection.executor.dryRun(action);
  } catch (error) {
    return { kind: "impossible", why: messageOf(error) };
  }
}

/** The dead-man: nobody said in time that the fix helped. What happens then is what the kind declared beforehand. */
async function fireDueUndos(dependencies: HandDependencies): Promise<void> {
  const { database, now, channels } = dependencies;
  for (const act of await listDueUndos(database, now())) {
    const record = await readPlan(database, act.incidentId, act.planId);
    const why = "nobody confirmed in time that it helped";
    if (record?.plan.whenBlind === "undo") {
      const key = undoKey(act.planId);
      const requestedAt = now();
      const expiresAt = requestedAt + 60_000;
      const { incidentId, planId } = act;
      const request = { key, incidentId, planId, action: null, reason: why, requestedAt, expiresAt };
      await database.transaction(async (transaction) => {
        if (await settleUndo(transaction, act.idempotencyKey, "fired", why)) {
          await askHand(transaction, { ...request, kind: "undo" });
        }
      });
    } else if (record?.plan.whenBlind === "page") {
      await database.transaction(async (transaction) => {
        if (await settleUndo(transaction, act.idempotencyKey, "disarmed", `${why}: a person was called`)) {
          await enqueueMessage(transaction, callForPerson(act, record.plan.title, now()), channels);
        }
      });
    } else {
      await settleUndo(database, act.idempotencyKey, "disarmed", `${why}: it is held, as its kind declares`);
    }
  }
}

function callForPerson(act: Act, title: string, at: number): Parameters<typeof enqueueMessage>[1] {
  return {
    key: `${act.idempotencyKey}-unconfirmed`,
    incidentId: act.incidentId,
    urgency: "page",
    title: `Nobody could confirm that it helped: ${title}`,
    lines: ["It was not undone. A person has to look."],
    link: null,
    createdAt: at,
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
