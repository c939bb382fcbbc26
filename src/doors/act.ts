import { setTimeout as sleep } from "node:timers/promises";
import type { DryRun } from "../core/capability.ts";
import type { Action, Outcome, Plan } from "../core/plan.ts";
import type { Instant } from "../core/window.ts";
import { askHand, readActRequest, takeBackActRequest } from "../store/act-requests.ts";
import { postponeUndo, settleUndo } from "../store/acts.ts";
import type { Database } from "../store/database.ts";

/**
 * The door through which everything is written, seen from inside: requests go into the act journal, and the hand, another
 * process with the only write credentials, answers there. Nothing here can write to the outside.
 */
export type ActDoor = {
  /** What would happen, exactly, without doing it. Null: the hand did not answer in time. */
  dryRun(request: { incidentId: string; action: Action }): Promise<DryRun | null>;
  /**
   * Asks once per plan, whoever asks again gets the same outcome. Throws when the hand has begun and has not answered
   * for long: ask again later, never anew.
   */
  execute(request: { incidentId: string; plan: Plan; reason: string }): Promise<Outcome>;
  undo(request: { incidentId: string; plan: Plan; reason: string }): Promise<Outcome>;
  /** Takes the request back when the hand has not begun; else waits for its outcome as `execute` does. */
  withdraw(request: { incidentId: string; plan: Plan; reason: string }): Promise<Outcome>;
  /** Verification has decided: the dead-man need not undo it. */
  disarm(plan: Plan, reason: string): Promise<void>;
  /** Verification goes on: more time before the dead-man acts. */
  postpone(plan: Plan, until: Instant): Promise<void>;
};

type ActSettings = {
  database: Database;
  now(): Instant;
  /** How long a hand may take before it begins; 30 s where not given. */
  patienceSeconds?: number;
  /** How long one that has begun may take to answer; 240 s where not given. */
  outcomeSeconds?: number;
};

/** Under these keys the journal and the platform know what a plan does. */
export const executeKey = (planId: string): string => `${planId}-execute`;
export const undoKey = (planId: string): string => `${planId}-undo`;

export function createAct(settings: ActSettings): ActDoor {
  const { database, now } = settings;
  const patience = (settings.patienceSeconds ?? 30) * 1000;
  const outcomeTime = (settings.outcomeSeconds ?? 240) * 1000;

  const ask = async (kind: "execute" | "undo", { incidentId, plan, reason }: AskToWrite): Promise<Outcome> => {
    const key = kind === "undo" ? undoKey(plan.id) : executeKey(plan.id);
    const requestedAt = now();
    const expiresAt = requestedAt + patience;
    await askHand(database, { key, kind, incidentId, planId: plan.id, action: null, reason, requestedAt, expiresAt });
    return waitForOutcome(key, plan, kind === "undo");
  };

  const waitForOutcome = async (key: string, plan: Plan, isUndo: boolean): Promise<Outcome> => {
    const deadline = Date.now() + outcomeTime;
    for (let pause = 20; Date.now() < deadline; pause = Math.min(pause * 1.5, 250)) {
      const request = await readActRequest(database, key);
      if (request?.answer) return request.answer as Outcome;
      if (request && request.takenAt === null && now() > request.expiresAt) {
        await takeBackActRequest(database, key, refusal(key, plan, isUndo, "the hand did not answer", now()), now());
      }
      await sleep(pause);
    }
    throw new Error(`the hand has begun ${key} and has not said what became of it`);
  };

  return {
    async dryRun({ incidentId, action }) {
      const requestedAt = now();
      const key = `dry-run-${incidentId}-${requestedAt}-${action.kind}-${action.target}`;
      const expiresAt = requestedAt + Math.min(patience, 5000);
      await askHand(database, {
        key,
        kind: "dry-run",
        incidentId,
        planId: null,
        action,
        reason: "before asking",
        requestedAt,
        expiresAt,
      });
      for (let pause = 20; now() <= expiresAt; pause = Math.min(pause * 1.5, 250)) {
        const request = await readActRequest(database, key);
        if (request?.answer) return request.answer as DryRun;
        await sleep(pause);
      }
      return null;
    },
    execute: (request) => ask("execute", request),
    undo: (request) => ask("undo", request),
    async withdraw({ incidentId, plan, reason }) {
      const key = executeKey(plan.id);
      const at = now();
      await askHand(database, {
        key,
        kind: "execute",
        incidentId,
        planId: plan.id,
        action: null,
        reason,
        requestedAt: at,
        expiresAt: at,
      });
      await takeBackActRequest(database, key, refusal(key, plan, false, reason, at), at);
      return waitForOutcome(key, plan, false);
    },
    async disarm(plan, reason) {
      await settleUndo(database, executeKey(plan.id), "disarmed", reason);
    },
    async postpone(plan, until) {
      await postponeUndo(database, executeKey(plan.id), until);
    },
  };
}

type AskToWrite = { incidentId: string; plan: Plan; reason: string };

function refusal(key: string, plan: Plan, isUndo: boolean, why: string, at: Instant): Outcome {
  return {
    planId: plan.id,
    result: "refused",
    isUndo,
    why,
    before: null,
    after: null,
    revision: null,
    idempotencyKey: key,
    startedAt: at,
    finishedAt: at,
  };
}
