import type { Step } from "../core/incident-events.ts";
import { createAct } from "../doors/act.ts";
import { gatherPolicyFacts } from "../doors/gather-policy-facts.ts";
import type { IncidentDependencies } from "../incident/dependencies.ts";
import type { OpenStates } from "../incident/open-states.ts";
import { entitiesOfItem } from "../knowledge/entities-of-item.ts";
import type { EntityRegister } from "../knowledge/entity-register.ts";
import type { Database } from "../store/database.ts";
import { readEvents } from "../store/incident-events.ts";
import { listIncidentIdsWithin } from "../store/incidents.ts";
import { readItems } from "../store/items.ts";
import { readObservations } from "../store/observations.ts";
import type { Config } from "./config/config-schema.ts";
import type { EngineThread } from "./engine-thread.ts";
import type { LiveNews } from "./live-news.ts";

type Settings = Pick<IncidentDependencies, "observe" | "commit" | "historySince" | "now"> & {
  database: Database;
  openStates: OpenStates;
  config: Config;
  register: EntityRegister;
  engine: EngineThread;
  news: LiveNews;
  /** Where the page is served. */
  url: string;
};

/** Of other incidents that an investigation takes into account. */
const troublesAtMost = 50;

/** What the activities of incidents work with: the store, the doors, and the engine on its thread. */
export function incidentDependencies(settings: Settings): IncidentDependencies {
  const { database, openStates, config, register, engine, news, url, observe, commit, historySince, now } = settings;
  return {
    now,
    pace: config.pace,
    readIncident: async (id) => (await openStates.readMany(database, [id]))[0],
    readIncidentsWithin: async (window) =>
      openStates.readMany(database, await listIncidentIdsWithin(database, window, troublesAtMost)),
    readEvents: (id) => readEvents(database, id),
    commit,
    readItems: async (ids) => (await readItems(database, ids)).map(({ item }) => item),
    readObservations: async (ids) => {
      const found = new Map(
        (await readObservations(database, ids)).map((observation) => [observation.id, observation]),
      );
      return ids.flatMap((id) => found.get(id) ?? []);
    },
    readEntities: async (ids) => register.find(ids),
    recognize: (item) => entitiesOfItem(item, register),
    allEntities: async () => register.entities(),
    historySince,
    observe,
    runChecks: (run) => {
      const { budgetSeconds: seconds, budgetCalls: calls, rounds } = config.investigation;
      news.forgetSteps(run.incident.id);
      return engine.run(run, { seconds, calls, rounds }, ({ round, sentence, observation }) => {
        const step: Step = {
          observationId: observation.id,
          sentence,
          source: observation.source,
          status: observation.status,
          durationSeconds: observation.durationSeconds,
          round,
          at: observation.observedAt,
        };
        news.tell({ kind: "step", incidentId: run.incident.id, step });
      });
    },
    act: createAct({ database, now }),
    policy: () => config.policy,
    gatherFacts: (input) => gatherPolicyFacts(database, { ...input, config: config.policy, undo: null, now: now() }),
    linkTo: (incidentId) => `${url}/incidents/${incidentId}`,
  };
}
