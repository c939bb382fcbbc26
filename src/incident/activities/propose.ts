import { makePlan } from "../../actions/make-plan.ts";
import { propose as choose, isSameAction } from "../../actions/propose.ts";
import type { EntityId } from "../../core/entity.ts";
import type { Attempt, IncidentState } from "../../core/incident.ts";
import type { Observation } from "../../core/observation.ts";
import type { Action } from "../../core/plan.ts";
import type { Window } from "../../core/window.ts";
import type { Activity } from "../dependencies.ts";
import { messageAbout, urgencyOf } from "../messages.ts";
import { symptomsOf } from "../scope-for.ts";
import { namer } from "./investigate-round.ts";

/** Changes older than this are not what set off something that began now. */
const changesReachBackSeconds = 6 * 3600;

/** From cause to one action with its exact difference, pre-flighted by the hand; or to words for a person. */
export const propose: Activity = async (dependencies, incident, { id: activityId }) => {
  const { now, pace, commit, observe, readEntities, readItems, act } = dependencies;
  const { answer, id: incidentId } = incident;
  if (!answer) return;
  const at = now();
  const entityIds = concerned(incident);
  const window = { from: (answer.onset?.earliest ?? at) - changesReachBackSeconds * 1000, to: at };
  const asked = { incidentId, maxAgeSeconds: 0 };
  const [workloads, changes, entities, items] = await Promise.all([
    observe({ kind: "workloads", entities: entityIds, window }, asked),
    observe({ kind: "changes", entities: entityIds, window }, asked),
    readEntities(entityIds),
    readItems(incident.items.map(({ itemId }) => itemId)),
  ]);
  const byId = new Map(entities.map((entity) => [entity.id, entity]));
  const nameOf = namer(entities.map(({ id, name }) => [id, name]));
  const proposal = choose({
    answer,
    workloads: workloads.body?.kind === "workloads" ? workloads.body.workloads : [],
    changes: changes.body?.kind === "changes" ? changes.body.changes : [],
    environmentOf: (id) => byId.get(id)?.environment ?? incident.environment,
    kindOf: (id) => byId.get(id)?.kind ?? null,
    nameOf,
    excluded: { actions: notAgain(incident.attempts), hypothesisIds: incident.rejectedHypothesisIds },
    now: at,
  });

  const tell = async (sentence: string) => {
    const owner = proposal.hypothesis ? (byId.get(proposal.hypothesis.entityId)?.business?.owner ?? null) : null;
    await commit({
      incidentId,
      actor: { kind: "midwatch", part: "proposals" },
      activityId,
      decide: (state) => {
        if (state.turn !== incident.turn) return null;
        const matter = `no-safe-action/${proposal.hypothesis?.id ?? "none"}`;
        const message = messageAbout(dependencies, state, {
          matter,
          urgency: urgencyOf(state),
          title: answer.headline,
          lines: [answer.impact.sentence, sentence, owner && `Owner: ${owner}`],
        });
        return { events: [{ type: "no-safe-action", sentence, tellWhom: owner }], messages: [message] };
      },
    });
  };
  if (proposal.kind === "none") return tell(proposal.sentence);

  const dryRun = await act.dryRun({ incidentId, action: proposal.action });
  if (dryRun?.kind === "denied")
    return tell(`${proposal.title} would help, but midwatch may not: ${dryRun.why}. ${dryRun.wayOut}`);
  if (dryRun?.kind === "impossible") return tell(`${proposal.title} would help, but is not possible: ${dryRun.why}.`);
  const plan = makePlan({
    id: `${incidentId}-plan-${incident.attempts.length + 1}-${incident.turn}`,
    proposal,
    answer,
    symptoms: symptomsOf(incident, items),
    dryRun,
    nameOf,
    observationIds: [workloads, changes].map((observation: Observation) => observation.id),
    before: troubleWindow(incident, at),
    horizonSeconds: pace.verificationHorizonSeconds,
    holdSeconds: pace.holdSeconds,
    now: at,
    expiresAt: at + pace.planHoldsSeconds * 1000,
  });
  await commit({
    incidentId,
    actor: { kind: "midwatch", part: "proposals" },
    activityId,
    decide: (state) =>
      state.turn === incident.turn
        ? { events: [{ type: "plan-proposed", plan, alternatives: proposal.alternatives }] }
        : null,
  });
};

/** The suspects, what is on their way to the symptom, and the symptom: bounded, as each is a question to a platform. */
function concerned({ answer, entityIds }: IncidentState): EntityId[] {
  if (!answer) return entityIds;
  const suspects = answer.hypotheses.slice(0, 5).flatMap(({ entityId, path }) => [entityId, ...(path ?? [])]);
  const hurt = answer.blastRadius.filter(({ role }) => role !== "usual").map(({ entityId }) => entityId);
  return [...new Set([...suspects, ...hurt, ...entityIds])].slice(0, 50);
}

/** What was tried and did not help; a proposal that only expired, or that the hand refused, may come again. */
function notAgain(attempts: Attempt[]): Action[] {
  const bad = attempts.filter(({ outcome, verification, undo, end }) => {
    if (!outcome) return !/expired|looked at again|elsewhere/.test(end) && !/fired again/.test(end);
    if (outcome.result === "refused") return false;
    if (outcome.result === "failed") return attempts.filter((other) => other.outcome?.result === "failed").length > 1;
    return outcome.result === "unknown" || undo !== null || verification === "unchanged" || verification === "worse";
  });
  return bad
    .map(({ plan }) => plan.action)
    .filter((action, index, all) => all.findIndex((other) => isSameAction(other, action)) === index);
}

/** From the onset, at least two minutes long, until now. */
function troubleWindow({ answer, openedAt }: IncidentState, at: number): Window {
  const from = answer?.onset?.latest ?? openedAt;
  return { from: Math.min(from, at - 30_000), to: at };
}
