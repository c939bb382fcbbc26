import type { IncidentState } from "../../core/incident.ts";
import { isStandIn } from "../../core/told.ts";
import type { Instant } from "../../core/window.ts";
import type { IncidentLine } from "../views.ts";
import { phaseOf } from "./phase.ts";
import { incidentRef, type Names, timestamp, timestampOrNull } from "./references.ts";

/** One line of an incident, for lists and the head of its page. */
export function buildIncidentLine(
  state: IncidentState,
  names: Names,
  now: Instant,
  nextSentence: string | null,
): IncidentLine {
  const { answer, plan } = state;
  const phase = phaseOf(state);
  const leading = answer?.hypotheses[0];
  // What no source knows is called as the complaint calls it.
  const named = state.entityIds[0] ?? answer?.blastRadius.find(({ entityId }) => isStandIn(entityId))?.entityId;
  const entityId = answer?.verdict === "cause" && leading ? leading.entityId : named;
  return {
    ...incidentRef(state.id),
    phase,
    severity: state.severity,
    severityBefore: null,
    environment: state.environment,
    entity: entityId === undefined ? null : names(entityId),
    title: answer?.headline ?? state.title,
    impact: answer?.impact.sentence ?? null,
    verdict: answer?.verdict ?? null,
    probability: probabilityOf(state),
    plan: plan
      ? {
          title: plan.title,
          risk: plan.risk.level,
          hasUndo: plan.inverse !== null,
          expiresAt: timestamp(plan.expiresAt),
        }
      : null,
    progress:
      phase === "investigating" && state.investigation
        ? {
            answered: state.investigation.observationIds.length,
            asked: state.investigation.observationIds.length,
            secondsUsed: Math.max(0, (now - state.investigation.startedAt) / 1000),
            bestLead: answer?.headline ?? null,
          }
        : null,
    nextSentence: state.closed === null ? nextSentence : null,
    takenOverBy: state.takenOverBy,
    openedAt: timestamp(state.openedAt),
    beganAt: answer?.onset ? timestamp((answer.onset.earliest + answer.onset.latest) / 2) : null,
    closedAt: timestampOrNull(state.closed?.at),
    mergedInto: state.mergedInto === null ? null : incidentRef(state.mergedInto),
  };
}

/** Of what the verdict says: the cause's, unknown's or healthy's own. Null while there is no answer. */
export function probabilityOf(state: IncidentState): number | null {
  const { answer } = state;
  if (!answer) return null;
  if (answer.verdict === "healthy") return answer.healthyProbability;
  return answer.hypotheses[0]?.probability ?? null;
}
