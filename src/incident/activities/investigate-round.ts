import type { Answer } from "../../core/answer.ts";
import type { Entity, EntityId } from "../../core/entity.ts";
import type { IncidentState } from "../../core/incident.ts";
import type { IncidentEventBody, Server, Step } from "../../core/incident-events.ts";
import type { IncomingItem } from "../../core/item.ts";
import type { Observation } from "../../core/observation.ts";
import { isStandIn, standInName } from "../../core/told.ts";
import type { Window } from "../../core/window.ts";
import type { Activity, IncidentDependencies } from "../dependencies.ts";
import { serversOf, whoServes } from "../find-servers.ts";
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

  const begun = incident.investigation ? incident : await begin(dependencies, incident, activityId);
  if (!begun?.investigation) return;
  const { investigation } = begun;
  const { startedAt, graphObservationId } = investigation;
  const recorded = await readObservations(investigation.observationIds);
  const [graph] = graphObservationId ? await readObservations([graphObservationId]) : [];
  const body = graph?.body?.kind === "graph" ? graph.body : { entities: [], edges: [] };
  const entities = body.entities.length > 0 ? body.entities : await dependencies.readEntities(begun.entityIds);
  const nameOf = namer(entities.map(({ id, name }) => [id, name]));
  const items = await readItems(begun.items.map(({ itemId }) => itemId));
  const scope = scopeFor(
    begun,
    items,
    { entities, edges: body.edges },
    startedAt,
    pace,
    await dependencies.historySince(),
    knownTroubles(begun, await dependencies.readIncidentsWithin(windowFor(begun, startedAt, pace)), startedAt),
    entities.length > 0 ? [] : servicesIn(await dependencies.allEntities()),
  );

  const answer: Answer | null = await runChecks({
    incident: begun,
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
  dependencies: IncidentDependencies,
  incident: IncidentState,
  activityId: string,
): Promise<IncidentState | undefined> {
  const { now, pace, observe, commit } = dependencies;
  const startedAt = now();
  const window = windowFor(incident, startedAt, pace);
  const asked = { incidentId: incident.id, maxAgeSeconds: 60 };
  const items = await dependencies.readItems(incident.items.map(({ itemId }) => itemId));
  const recognized = recognizedNow(dependencies, incident, items);
  const { seen, servers, environment } = await findServers(dependencies, incident, items, window);
  const named = [...servers, ...recognized].flatMap(({ entityIds }) => entityIds);
  const around = [...new Set([...named, ...incident.entityIds])];
  const graph = around.length > 0 ? await observe({ kind: "graph", around, hops: 2, window }, asked) : undefined;
  const { state } = await commit({
    incidentId: incident.id,
    actor: { kind: "midwatch", part: "engine" },
    activityId: `${activityId}#start`,
    decide: (state) =>
      state.turn === incident.turn && !state.investigation
        ? {
            events: [
              ...(recognized.length > 0 ? [{ type: "items-recognized" as const, items: recognized }] : []),
              {
                type: "investigation-started",
                startedAt,
                graphObservationId: graph?.id ?? null,
                ...(servers.length > 0 ? { servers } : {}),
                ...(environment ? { environment } : {}),
              },
              ...(seen
                ? [{ type: "round-completed" as const, round: 0, steps: [stepOfSearch(seen)], isLast: false }]
                : []),
            ],
          }
        : null,
  });
  return state.turn === incident.turn ? state : undefined;
}

type Recognized = Extract<IncidentEventBody, { type: "items-recognized" }>["items"];

/** An alert may be older than what is known of the estate: in the first seconds it names nobody. */
function recognizedNow(
  { recognize }: IncidentDependencies,
  incident: IncidentState,
  items: readonly IncomingItem[],
): Recognized {
  const unplaced = new Set(incident.items.flatMap(({ itemId, entityIds }) => (entityIds.length === 0 ? itemId : [])));
  return items.flatMap((item) => {
    const entityIds = unplaced.has(item.id) ? recognize(item) : [];
    return entityIds.length > 0 ? [{ itemId: item.id, title: item.title, entityIds }] : [];
  });
}

/** Who answers the routes that the incident's items name: asked of whoever counts requests by operation. */
async function findServers(
  { allEntities, observe }: IncidentDependencies,
  incident: IncidentState,
  items: IncomingItem[],
  window: Window,
): Promise<{ seen: Observation | null; servers: Server[]; environment: string }> {
  const entities = await allEntities();
  const request = whoServes(items, entities, window);
  if (!request) return { seen: null, servers: [], environment: "" };
  const seen = await observe(request, { incidentId: incident.id, maxAgeSeconds: 60 });
  const servers = serversOf(items, entities, seen);
  const first = servers[0]?.entityIds[0];
  return { seen, servers, environment: entities.find(({ id }) => id === first)?.environment ?? "" };
}

const mostNamed = 20;

function servicesIn(entities: Entity[]): string[] {
  return entities
    .filter(({ kind }) => kind === "service")
    .map(({ name }) => name)
    .sort()
    .slice(0, mostNamed);
}

function stepOfSearch(seen: Observation): Step {
  const [step] = stepsOf(0, [seen], (id) => id);
  if (!step) throw new Error("an observation has a step"); // contradicts `stepsOf`
  return { ...step, sentence: "who answers the route that was named" };
}

export function namer(names: [EntityId, string][]): (id: EntityId) => string {
  const known = new Map(names);
  return (id) => known.get(id) ?? (isStandIn(id) ? standInName(id) : id);
}
