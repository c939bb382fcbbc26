import type { IncidentState } from "../../core/incident.ts";
import type { IncidentPhase } from "../views.ts";

/** Where an incident stands, in the order in which it needs a person. Pure reading of the folded state. */
export function phaseOf(state: IncidentState): IncidentPhase {
  if (state.closed) return "closed";
  if (state.takenOverBy) return "taken-over";
  if (state.undo && !state.undo.outcome) return "acting";
  if (state.execution && !state.outcome) return "acting";
  if (state.outcome?.result === "unknown") return "needs-a-person";
  // One that worked ended the plan: what is still here is a change that could not be taken back.
  if (state.undo?.outcome) return "needs-a-person";
  if (state.traffic) return "watching";
  const verification = state.verification?.result;
  if (
    verification === "recovered" ||
    verification === "recovered-unproven" ||
    verification === "recovered-with-everyone"
  )
    return "watching";
  if (state.outcome?.result === "done" && (verification === undefined || verification === "too-early"))
    return "verifying";
  if (state.approval?.answer === "approved") return "acting";
  if (state.plan && state.ruling?.kind === "ask" && !state.approval) return "waiting-for-approval";
  if (state.answer?.verdict === "healthy") return "watching";
  if (state.noSafeAction || state.approval?.answer === "denied" || state.ruling?.kind === "deny")
    return "needs-a-person";
  if (state.answer && !state.staleReason && !state.plan)
    return state.answer.verdict === "cause" ? "investigating" : "needs-a-person";
  return "investigating";
}
