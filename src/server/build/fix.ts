import type { UndoRecord } from "../../app/midwatch.ts";
import type { IncidentState } from "../../core/incident.ts";
import type { Outcome, Plan } from "../../core/plan.ts";
import type { FixView, OutcomeView, PlanStatus, PlanView } from "../incident-views.ts";
import { type Names, timestamp } from "./references.ts";
import { undoOf } from "./undo.ts";

/** Where there is no suspect there is nothing to mend: that is said, and not that it is being looked for. */
function noneYet({ answer, investigation, closed }: IncidentState): string {
  if (answer?.verdict === "healthy") return "There is nothing to fix.";
  if (closed) return "It was over before one was proposed. midwatch changed nothing.";
  if (!answer) return "First the cause.";
  if (answer.verdict === "unknown" && answer.hypotheses.length === 0 && !investigation)
    return "None: as long as the cause is not known, no change is safer than the others.";
  return "Looking for a safe step.";
}

/** The fix card: nothing yet, nothing safe, or a plan with where it stands. */
export function buildFix(
  state: IncidentState,
  names: Names,
  alternatives: string[],
  undos: Map<string, UndoRecord>,
): FixView {
  const { plan, noSafeAction } = state;
  const last = state.attempts.at(-1);
  if (!plan && last && !noSafeAction) {
    const status = endStatus(last);
    return {
      state: "plan",
      status,
      plan: {
        ...buildPlan(last.plan, names, last.end),
        undo: undoOf(last.plan, status, undos.get(last.plan.id) ?? null, last.verification),
      },
      ruling: null,
      approval: null,
      execution: last.outcome ? buildOutcome(last.outcome) : null,
      undo: null,
      alternatives,
    };
  }
  if (!plan) {
    if (noSafeAction)
      return { state: "no-safe-action", sentence: noSafeAction.sentence, tellWhom: noSafeAction.tellWhom };
    return {
      state: "none-yet",
      sentence: noneYet(state),
      readying: [],
    };
  }
  const { approval } = state;
  const status = statusOf(state);
  return {
    state: "plan",
    status,
    plan: {
      ...buildPlan(plan, names, endedBecause(state)),
      undo: undoOf(plan, status, undos.get(plan.id) ?? null, state.verification?.result ?? null),
    },
    ruling: state.ruling ? { ...state.ruling, ruledAt: timestamp(state.ruling.ruledAt) } : null,
    approval: approval
      ? {
          answer: approval.answer,
          person: approval.person,
          why: approval.why,
          via: approval.via,
          at: timestamp(approval.at),
        }
      : null,
    execution: state.outcome
      ? buildOutcome(state.outcome)
      : state.execution
        ? running(state.execution.startedAt)
        : null,
    undo: state.undo ? (state.undo.outcome ? buildOutcome(state.undo.outcome) : running(null)) : null,
    alternatives,
  };
}

export function statusOf(state: IncidentState): PlanStatus {
  const { undo, outcome, execution, approval, ruling } = state;
  if (undo) return undo.outcome ? undoneStatus(undo.outcome.result) : "undoing";
  if (outcome) return outcome.result === "refused" ? "failed" : outcome.result;
  if (execution) return "running";
  if (approval?.answer === "approved") return "approved";
  if (approval?.answer === "denied") return "refused";
  if (approval?.answer === "timed-out") return "expired";
  if (ruling?.kind === "deny") return "denied";
  return ruling ? (ruling.kind === "allow" ? "approved" : "waiting") : "being-ruled";
}

function endStatus({ undo, outcome }: IncidentState["attempts"][number]): PlanStatus {
  if (undo) return undoneStatus(undo);
  if (!outcome) return "withdrawn";
  return outcome.result === "refused" ? "failed" : outcome.result;
}

/** An undo that was refused or failed leaves the change where it is: that is known. */
function undoneStatus(result: Outcome["result"]): PlanStatus {
  return result === "done" ? "undone" : result === "unknown" ? "unknown" : "not-undone";
}

function endedBecause(state: IncidentState): string | null {
  if (state.approval?.answer === "denied") return state.approval.why;
  if (state.outcome && state.outcome.result !== "done") return state.outcome.why;
  return state.ruling?.kind === "deny" ? state.ruling.why : null;
}

function buildPlan(plan: Plan, names: Names, ended: string | null): Omit<PlanView, "undo"> {
  return {
    id: plan.id,
    digest: plan.digest,
    kind: plan.action.kind,
    title: plan.title,
    entity: names(plan.action.entityId),
    target: plan.action.target,
    connection: plan.action.connection,
    environment: plan.action.environment,
    difference: plan.difference,
    touches: {
      sentence: plan.blastRadius.sentence,
      entities: plan.blastRadius.entityIds.map(names),
      instances: plan.blastRadius.instances,
    },
    risk: plan.risk,
    expectedEffect: plan.expectedEffect,
    preconditions: plan.preconditions.map(({ sentence }) => sentence),
    proposedAt: timestamp(plan.proposedAt),
    expiresAt: timestamp(plan.expiresAt),
    endedBecause: ended,
  };
}

function buildOutcome(outcome: Outcome): OutcomeView {
  return {
    result: outcome.result,
    why: outcome.why,
    startedAt: timestamp(outcome.startedAt),
    finishedAt: timestamp(outcome.finishedAt),
    revision: outcome.revision,
  };
}

function running(startedAt: number | null): OutcomeView {
  return { result: "running", why: "", startedAt: timestamp(startedAt ?? 0), finishedAt: null, revision: null };
}
