import type { IncidentState } from "../core/incident.ts";
import type { IncidentEvent } from "../core/incident-events.ts";
import type { IncidentRow } from "../store/incidents.ts";
import { foldEvents } from "./fold.ts";
import { isFlapping } from "./fold-items.ts";

/** Where an incident stands, in one word for lists. */
type Phase =
  | "closed"
  | "taken-over"
  | "waiting-for-approval"
  | "waiting-for-person"
  | "executing"
  | "undoing"
  | "verifying"
  | "watching"
  | "proposing"
  | "investigating"
  | "looking-again";

export function phaseOf(state: IncidentState): Phase {
  if (state.closed) return "closed";
  if (state.execution && !state.outcome) return "executing";
  if (state.undo && !state.undo.outcome) return "undoing";
  if (state.takenOverBy) return "taken-over";
  if (state.undo?.outcome || state.outcome?.result === "unknown") return "waiting-for-person";
  if (state.outcome && state.verification) {
    if (state.verification.result === "no-data") return "waiting-for-person";
    return state.verification.result.startsWith("recovered") ? "watching" : "verifying";
  }
  if (state.outcome) return "verifying";
  if (!state.answer || state.investigation) return "investigating";
  if (state.staleReason) return "looking-again";
  if (state.plan) {
    if (state.ruling?.kind === "ask" && !state.approval) return "waiting-for-approval";
    return state.ruling?.kind === "deny" || state.approval?.answer === "denied" ? "waiting-for-person" : "proposing";
  }
  if (state.items.every((item) => item.state === "resolved")) return "watching";
  if (state.noSafeAction) return "waiting-for-person";
  return state.answer.verdict === "cause" ? "proposing" : "looking-again";
}

/** The line of a list. A reading of the events; can be made again at any time. */
export function incidentRowOf(events: IncidentEvent[]): IncidentRow {
  return incidentRowAfter(undefined, events);
}

/** The same where the state before these events is known: an incident of a storm has thousands. */
export function incidentRowAfter(before: IncidentState | undefined, events: IncidentEvent[]): IncidentRow {
  const state = foldEvents(before, events);
  const last = events.at(-1);
  if (!state || !last) throw new Error("an incident without an opening event has no row");
  const phase = phaseOf(state);
  const best = state.answer?.hypotheses[0];
  return {
    id: state.id,
    lastSequence: state.sequence,
    title: state.title,
    severity: state.severity,
    phase,
    environment: state.environment,
    entityIds: state.entityIds,
    needsPerson: phase === "waiting-for-approval" || phase === "waiting-for-person",
    openedAt: state.openedAt,
    changedAt: last.at,
    closedAt: state.closed?.at ?? null,
    summary: {
      headline: state.answer?.headline ?? null,
      verdict: state.answer?.verdict ?? null,
      probability: best?.probability ?? null,
      faultClass: best?.faultClass ?? null,
      causeEntityId: best?.entityId ?? null,
      impact: state.answer?.impact.sentence ?? null,
      plan: state.plan?.title ?? null,
      verification: state.verification?.result ?? null,
      takenOverBy: state.takenOverBy,
      itemCount: state.items.length,
      firingCount: state.items.filter((item) => item.state === "firing").length,
      isFlapping: state.items.some((item) => isFlapping(item, last.at)),
    },
  };
}
