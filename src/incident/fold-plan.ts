import type { Answer } from "../core/answer.ts";
import type { Attempt, IncidentState } from "../core/incident.ts";
import type { Actor, IncidentEvent, IncidentEventBody } from "../core/incident-events.ts";
import type { Instant } from "../core/window.ts";
import { isKeptUnchanged } from "./kept-unchanged.ts";

type PlanEvent = Extract<
  IncidentEventBody,
  {
    type:
      | "plan-proposed"
      | "no-safe-action"
      | "ruling-given"
      | "approval-requested"
      | "approval-given"
      | "plan-withdrawn"
      | "execution-started"
      | "execution-finished"
      | "verification-looked"
      | "undo-requested"
      | "undo-started"
      | "undo-finished";
  }
>;

const planEventTypes = new Set<IncidentEventBody["type"]>([
  "plan-proposed",
  "no-safe-action",
  "ruling-given",
  "approval-requested",
  "approval-given",
  "plan-withdrawn",
  "execution-started",
  "execution-finished",
  "verification-looked",
  "undo-requested",
  "undo-started",
  "undo-finished",
]);

export function isPlanEvent(body: IncidentEventBody): body is PlanEvent {
  return planEventTypes.has(body.type);
}

/** From proposal to verified or undone. Events about another plan than the present one change nothing. */
export function foldPlanEvent(state: IncidentState, body: PlanEvent, event: IncidentEvent): IncidentState {
  const { at } = event;
  const isPresent = (planId: string) => state.plan?.id === planId;
  switch (body.type) {
    case "plan-proposed":
      // A plan whose effect is in the world, or may be, is not replaced before it is done with.
      if (state.execution) return state;
      return { ...state, ...noPlan, plan: body.plan, failures: null };
    case "no-safe-action":
      if (state.execution) return state;
      return {
        ...state,
        ...noPlan,
        noSafeAction: { sentence: body.sentence, tellWhom: body.tellWhom, at },
        failures: null,
      };
    case "ruling-given":
      return isPresent(body.planId) ? { ...state, ruling: body.ruling, failures: null } : state;
    case "approval-requested":
      return isPresent(body.planId) ? { ...state, approvalRequestedAt: at, failures: null } : state;
    case "approval-given": {
      const { approval } = body;
      // Bound to what the person saw: any drift voids it. The first answer counts.
      if (!isPresent(approval.planId) || state.plan?.digest !== approval.planDigest || state.approval) return state;
      if (approval.answer !== "timed-out") return { ...state, approval };
      return over({ ...state, approval }, "nobody answered before it expired", at);
    }
    case "plan-withdrawn":
      return isPresent(body.planId) && !state.execution ? over(state, body.reason, at) : state;

    case "execution-started":
      if (!isPresent(body.planId) || state.execution) return state;
      return { ...state, execution: { planId: body.planId, idempotencyKey: body.idempotencyKey, startedAt: at } };
    case "execution-finished": {
      const { outcome } = body;
      if (!isPresent(outcome.planId) || state.outcome) return state;
      const key = outcome.idempotencyKey;
      const execution = state.execution ?? { planId: outcome.planId, idempotencyKey: key, startedAt: at };
      const finished = { ...state, execution, outcome, failures: null };
      if (outcome.result === "failed") return over(finished, `it could not be carried out: ${outcome.why}`, at);
      if (outcome.result === "refused") return over(finished, `the hand refused it: ${outcome.why}`, at);
      return finished;
    }
    case "verification-looked": {
      const { verification } = body;
      if (!isPresent(verification.planId) || !state.outcome) return state;
      const looked = { ...state, verification, verificationLooks: state.verificationLooks + 1, failures: null };
      const isKept = isKeptUnchanged(state.plan, verification) && verification.nextLookAt === null && !state.undo;
      const end = verification.isCauseGone ? "its cause is gone, and it hurts as before" : "it changed nothing";
      return isKept ? over(looked, end, at) : looked;
    }
    case "undo-requested":
      return isPresent(body.planId) && state.outcome ? { ...state, undoRequestedBy: body.person } : state;
    case "undo-started": {
      if (!isPresent(body.planId) || state.undo) return state;
      const { planId, idempotencyKey, reason } = body;
      return { ...state, undo: { planId, idempotencyKey, reason, outcome: null } };
    }
    case "undo-finished": {
      const { outcome } = body;
      if (!isPresent(outcome.planId) || state.undo?.outcome) return state;
      const key = outcome.idempotencyKey;
      const undo = state.undo ?? { planId: outcome.planId, idempotencyKey: key, reason: outcome.why, outcome: null };
      const undone = { ...state, undo: { ...undo, outcome }, failures: null };
      return outcome.result === "done" ? over(undone, `it was undone: ${undo.reason}`, at) : undone;
    }
  }
}

/** Ends the present plan and asks for a new look: what was tried is remembered, so that it is not tried again. */
function over(state: IncidentState, end: string, at: Instant): IncidentState {
  if (!state.plan) return state;
  const attempt: Attempt = {
    plan: state.plan,
    outcome: state.outcome,
    verification: state.verification?.result ?? null,
    undo: state.undo?.outcome?.result ?? null,
    end,
    endedAt: at,
  };
  return { ...state, ...noPlan, attempts: [...state.attempts, attempt], staleReason: end };
}

/**
 * The answer below a plan fell. A plan that only waits goes; one whose effect is in the world is first seen through,
 * unless a person has looked at it and says to go on.
 */
export function setPlanAside(state: IncidentState, reason: string, at: Instant, actor: Actor): IncidentState {
  if (!state.plan) return { ...state, noSafeAction: null };
  const isSeenThrough = state.outcome !== null && actor.kind === "person";
  if (state.execution && !isSeenThrough) return state;
  return over(state, reason, at);
}

/**
 * A new answer. A plan for another cause that only waits goes; after a finished verification the old plan is history,
 * whatever became of it.
 */
export function setPlanOfOldAnswerAside(state: IncidentState, answer: Answer, at: Instant): IncidentState {
  const isForAnother = answer.hypotheses[0]?.id !== state.plan?.hypothesisId;
  if (state.plan && !state.execution && isForAnother) return over(state, "more data point elsewhere", at);
  const isFinished = state.verification !== null && state.verification.nextLookAt === null;
  // An undo that worked ended its plan; one that runs or did not work is for the hand, or for a person, to end.
  return isFinished && state.undo === null ? over(state, "it was looked at again", at) : state;
}

/** What there is of a plan before one is proposed, and again after it was set aside. */
export const noPlan = {
  plan: null,
  noSafeAction: null,
  ruling: null,
  approvalRequestedAt: null,
  approval: null,
  execution: null,
  outcome: null,
  verification: null,
  verificationLooks: 0,
  undoRequestedBy: null,
  undo: null,
} satisfies Partial<IncidentState>;
