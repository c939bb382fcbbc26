import { judgeFix, type MeasuredSignal } from "../../analysis/verification/judge-fix.ts";
import { isConceptId } from "../../core/concept.ts";
import type { EntityId } from "../../core/entity.ts";
import type { IncidentState } from "../../core/incident.ts";
import type { Observation } from "../../core/observation.ts";
import type { VerificationPlan } from "../../core/plan.ts";
import type { Window } from "../../core/window.ts";
import type { Activity, IncidentDependencies } from "../dependencies.ts";
import { isKeptUnchanged } from "../kept-unchanged.ts";
import { messageAbout } from "../messages.ts";
import { namer } from "./investigate-round.ts";

/** What is usual is taken from so long before the trouble, with a gap, as onsets are known only so well. */
const usualSeconds = 20 * 60;
const gapSeconds = 30;
/** Untouched things to compare with: enough to see what happened to everybody. */
const controlsAtMost = 5;

/** One look at the signals that were chosen before the fix ran. */
export const verify: Activity = async (dependencies, incident, { id: activityId }) => {
  const { now, pace, commit, act, readEntities } = dependencies;
  const { plan, outcome, id: incidentId } = incident;
  if (!plan || !outcome) return;
  const appliedAt = outcome.finishedAt;
  const before = { from: plan.verification.before.from, to: outcome.startedAt };
  const usual = { from: before.from - (usualSeconds + gapSeconds) * 1000, to: before.from - gapSeconds * 1000 };
  const at = now();
  const controls = await controlsOf(dependencies, incident, { from: usual.from, to: at });
  const { measured, observations } = await measure(dependencies, incident, controls, { from: usual.from, to: at });
  const entities = await readEntities(plan.verification.signals.map(({ entityId }) => entityId));
  const verification = judgeFix({
    planId: plan.id,
    measured,
    plan: { ...plan.verification, before },
    usual,
    appliedAt,
    now: at,
    stepSeconds: pace.verificationStepSeconds,
    nameOf: namer(entities.map(({ id, name }) => [id, name])),
    observationIds: observations.map(({ id }) => id),
  });

  const isRecovered = verification.result.startsWith("recovered");
  if (verification.nextLookAt !== null) {
    await act.postpone(plan, verification.nextLookAt + pace.deadManSlackSeconds * 1000);
  } else if (isRecovered || isKeptUnchanged(plan, verification)) {
    await act.disarm(plan, verification.sentence);
  }
  await commit({
    incidentId,
    actor: { kind: "midwatch", part: "verification" },
    activityId,
    decide: (state) => {
      if (state.turn !== incident.turn || state.plan?.id !== plan.id) return null;
      const message = messageAbout(dependencies, state, {
        matter: `verified/${plan.id}/${verification.result}`,
        urgency: "notice",
        title: `${verification.sentence}`,
        lines: [`After: ${plan.title}.`, `What this does not prove: ${verification.doesNotProve}`],
      });
      const isNews = verification.result !== "too-early";
      return { events: [{ type: "verification-looked", verification }], messages: isNews ? [message] : [] };
    },
  });
};

/** One question for each concept and statistic, for the signals and their controls together, read now. */
async function measure(
  { observe, pace }: IncidentDependencies,
  { plan, id: incidentId }: IncidentState,
  controls: EntityId[],
  window: Window,
): Promise<{ measured: MeasuredSignal[]; observations: Observation[] }> {
  const signals = plan?.verification.signals ?? [];
  const stepSeconds = Math.max(5, Math.min(15, pace.verificationStepSeconds));
  const asked = new Map<string, Observation>();
  const keyOf = ({ concept, statistic }: VerificationPlan["signals"][number]) => `${concept} ${statistic}`;
  for (const signal of signals) {
    const { concept, statistic } = signal;
    if (asked.has(keyOf(signal)) || !isConceptId(concept)) continue;
    const own = signals.filter((other) => keyOf(other) === keyOf(signal)).map(({ entityId }) => entityId);
    const entities = [...new Set([...own, ...controls])];
    const request = { kind: "series", concept, entities, statistic, keep: [], stepSeconds, window } as const;
    const exact = { ...request, statistic: statistic as "mean", keep: [] };
    asked.set(keyOf(signal), await observe(exact, { incidentId, maxAgeSeconds: 0 }));
  }
  const measured = signals.map((signal): MeasuredSignal => {
    const body = asked.get(keyOf(signal))?.body;
    const all = body?.kind === "series" ? body.series : [];
    const series = all.find(({ entityId }) => entityId === signal.entityId);
    return { signal, series, controls: all.filter(({ entityId }) => controls.includes(entityId)) };
  });
  return { measured, observations: [...asked.values()] };
}

/** Of the same kind as what complained, near enough to share its fate, and neither hurt nor touched. */
async function controlsOf(
  { observe }: IncidentDependencies,
  { id: incidentId, entityIds, answer, plan }: IncidentState,
  window: Window,
): Promise<EntityId[]> {
  if (entityIds.length === 0) return [];
  const graph = await observe(
    { kind: "graph", around: entityIds, hops: 2, window },
    { incidentId, maxAgeSeconds: 600 },
  );
  if (graph.body?.kind !== "graph") return [];
  const hurt = answer?.blastRadius.filter(({ role }) => role !== "usual").map(({ entityId }) => entityId) ?? [];
  const suspects =
    answer?.hypotheses.filter(({ probability }) => probability > 0.05).map(({ entityId }) => entityId) ?? [];
  const touched = new Set([...entityIds, ...hurt, ...suspects, ...(plan?.blastRadius.entityIds ?? [])]);
  const free = graph.body.entities.filter(({ id, kind }) => kind === "service" && !touched.has(id));
  return free
    .map(({ id }) => id)
    .sort()
    .slice(0, controlsAtMost);
}
