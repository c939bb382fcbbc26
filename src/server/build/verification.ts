import { conceptDefinition, isConceptId } from "../../core/concept.ts";
import type { IncidentState } from "../../core/incident.ts";
import type { Plan } from "../../core/plan.ts";
import type { Instant } from "../../core/window.ts";
import type { ChartRow, VerificationView } from "../incident-views.ts";
import type { Unit } from "../views.ts";
import { chartRow } from "./charts.ts";
import type { ObservationsById } from "./evidence.ts";
import { type Names, timestamp, timestampOrNull } from "./references.ts";

/** What will be, or was, measured after the fix. Null while there is nothing to verify. */
export function buildVerification(
  state: IncidentState,
  observations: ObservationsById,
  names: Names,
  now: Instant,
): VerificationView | null {
  const last = state.attempts.at(-1);
  const plan = state.plan ?? last?.plan;
  if (!plan) return null;
  // Of what was never done there is nothing to measure, once it is not proposed any more.
  const isOver = state.plan === null || state.closed !== null;
  if (isOver && (state.outcome ?? last?.outcome ?? null) === null) return null;
  const looked = state.verification;
  const outcome = state.outcome ?? last?.outcome ?? null;
  // An attempt that is over is not looked at again: what ended it is the last word.
  const ended = looked === null && state.plan === null ? (last?.end ?? null) : null;
  const isConcluded = ended !== null || (looked !== null && looked.result !== "too-early");
  const rows = rowsOf(
    plan,
    (looked?.observationIds ?? plan.observationIds).flatMap((id) => observations.get(id) ?? []),
    names,
  );
  return {
    status: outcome === null ? "planned" : isConcluded ? "concluded" : "looking",
    result: looked?.result ?? (ended === null ? null : (last?.verification ?? null)),
    sentence:
      looked?.sentence ??
      (ended === null ? null : `${ended.charAt(0).toUpperCase()}${ended.slice(1)}.`) ??
      (outcome === null
        ? "Nothing was done yet. This is what will be measured."
        : "Waiting for the first numbers after the change."),
    fixedMeans: fixedMeans(plan, names),
    details: (looked?.details ?? []).map((detail) => ({
      title: `${names(detail.entityId).name}: ${isConceptId(detail.concept) ? conceptDefinition(detail.concept).title : detail.concept}`,
      unit: detail.unit as Unit,
      before: detail.before,
      after: detail.after,
      usual: detail.usual,
      effect: detail.effect,
      interval: detail.interval,
      samples: detail.samples,
    })),
    doesNotProve: looked?.doesNotProve ?? null,
    window: { from: timestamp(plan.verification.before.from), to: timestamp(looked?.lookedAt ?? now) },
    rows,
    applied: outcome ? { from: timestamp(outcome.startedAt), to: timestamp(outcome.finishedAt) } : null,
    lookedAt: timestampOrNull(looked?.lookedAt),
    nextLookAt: timestampOrNull(looked?.nextLookAt),
    observationIds: looked?.observationIds ?? [],
  };
}

function rowsOf(plan: Plan, observations: Parameters<typeof chartRow>[1], names: Names): ChartRow[] {
  return plan.verification.signals.flatMap((signal) => {
    if (!isConceptId(signal.concept)) return [];
    const row = chartRow(
      {
        kind: "value",
        entityId: signal.entityId,
        concept: signal.concept,
        statistic: "mean",
        where: {},
        window: plan.verification.before,
        operator: ">=",
        threshold: 0,
      },
      observations,
      names,
      null,
    );
    return row ? [row] : [];
  });
}

function fixedMeans(plan: Plan, names: Names): string {
  const primary = plan.verification.signals.filter(({ role }) => role === "primary");
  const signals = primary.map(({ entityId, concept, direction }) => {
    const title = isConceptId(concept) ? conceptDefinition(concept).title : concept;
    return `${title} of ${names(entityId).name} ${direction === "down" ? "back down" : "back up"} where they usually are`;
  });
  return `Fixed means: ${signals.join(", and ") || "what fired is quiet"}, for ${plan.verification.holdSeconds} s.`;
}
