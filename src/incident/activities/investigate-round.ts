import type { Answer } from "../../core/answer.ts";
import type { EntityId } from "../../core/entity.ts";
import type { IncidentState, Investigation } from "../../core/incident.ts";
import type { Observation } from "../../core/observation.ts";
import type { Activity, IncidentDependencies } from "../dependencies.ts";
import { knownTroubles } from "../known-troubles.ts";
import { respectRejections } from "../respect-rejections.ts";
import { scopeFor, windowFor } from "../scope-for.ts";
import { stepsOf } from "../steps-of.ts";

/**
 * One investigation, round by round. What it looks at is fixed when it begins, each round is committed with what it saw;
 * after a crash it goes on from there and asks nothing a second time.
 */
export const investigateRound: Activity = async (dependencies, incident, { id: activityId }) => {
  const { now, pace, commit, readItems, readObservations, runChecks, observe } = dependencies;
  const incidentId = incident.id;
  const actor = { kind: "midwatch", part: "engine" } as const;
  const isStillWanted = (state: IncidentState) => state.turn === incident.turn;

  const investigation = incident.investigation ?? (await begin(dependencies, incident, activityId));
  if (!investigation) return;
  const { startedAt, graphObservationId } = investigation;
  const recorded = await readObservations(investigation.observationIds);
  const [graph] = graphObservationId ? await readObservations([graphObservationId]) : [];
  const body = graph?.body?.kind === "graph" ? graph.body : { entities: [], edges: [] };
  const entities = body.entities.length > 0 ? body.entities : await dependencies.readEntities(incident.entityIds);
  const nameOf = namer(entities.map(({ id, name }) => [id, name]));
  const items = await readItems(incident.items.map(({ itemId }) => itemId));
  const scope = scopeFor(
    incident,
    items,
    { entities, edges: body.edges },
    startedAt,
    pace,
    await dependencies.historySince(),
    knownTroubles(incident, await dependencies.readIncidentsWithin(windowFor(incident, startedAt, pace)), startedAt),
  );

  const answer: Answer | null = await runChecks({
    incident,
    scope,
    recorded: graph ? [graph, ...recorded] : recorded,
    elapsedSeconds: () => (now() - startedAt) / 1000,
    observe: (request) => observe(request, { incidentId, maxAgeSeconds: 5 }),
    onRound: async ({ round, observations, isLast }) => {
      await commit({
        incidentId,
        actor,
        activityId: `${activityId}#round-${round}`,
        decide: (state) =>
          isStillWanted(state)
            ? { events: [{ type: "round-completed", round, steps: stepsOf(round, observations, nameOf), isLast }] }
            : null,
      });
    },
  });
  await commit({
    incidentId,
    actor,
    activityId,
    decide: (state) =>
      isStillWanted(state)
        ? {
            events: [
              { type: "answer-concluded", answer: respectRejections(answer, state.rejectedHypothesisIds, nameOf) },
            ],
          }
        : null,
  });
};

/** Reads the graph once and writes down what the investigation stands on. Undefined: it is not wanted any more. */
async function begin(
  { now, pace, observe, commit }: IncidentDependencies,
  incident: IncidentState,
  activityId: string,
): Promise<Investigation | undefined> {
  const startedAt = now();
  const window = windowFor(incident, startedAt, pace);
  let graph: Observation | undefined;
  if (incident.entityIds.length > 0) {
    const request = { kind: "graph", around: incident.entityIds, hops: 2, window } as const;
    graph = await observe(request, { incidentId: incident.id, maxAgeSeconds: 60 });
  }
  const { state } = await commit({
    incidentId: incident.id,
    actor: { kind: "midwatch", part: "engine" },
    activityId: `${activityId}#start`,
    decide: (state) =>
      state.turn === incident.turn && !state.investigation
        ? { events: [{ type: "investigation-started", startedAt, graphObservationId: graph?.id ?? null }] }
        : null,
  });
  return state.turn === incident.turn ? (state.investigation ?? undefined) : undefined;
}

export function namer(names: [EntityId, string][]): (id: EntityId) => string {
  const known = new Map(names);
  return (id) => known.get(id) ?? id;
}
