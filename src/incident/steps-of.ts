import { conceptDefinition } from "../core/concept.ts";
import type { EntityId } from "../core/entity.ts";
import type { Step } from "../core/incident-events.ts";
import type { Observation, ObserveRequest } from "../core/observation.ts";

/** What the page shows of a committed round: one line an observation. */
export function stepsOf(round: number, observations: Observation[], nameOf: (id: EntityId) => string): Step[] {
  return observations.map((observation) => ({
    observationId: observation.id,
    sentence: sentenceOf(observation.request, nameOf),
    source: observation.source,
    status: observation.status,
    durationSeconds: observation.durationSeconds,
    round,
    at: observation.observedAt,
  }));
}

function sentenceOf(request: ObserveRequest, nameOf: (id: EntityId) => string): string {
  switch (request.kind) {
    case "series":
      return `${conceptDefinition(request.concept).title} of ${names(request.entities, nameOf)}`;
    case "native-signal":
      return `the signal of ${request.signal.origin.name}`;
    case "log-templates":
      return `what the logs of ${names(request.entities, nameOf)} say`;
    case "log-lines":
      return `log lines of ${names(request.entities, nameOf)}`;
    case "changes":
      return `changes of ${names(request.entities, nameOf)}`;
    case "workloads":
      return `state of ${names(request.entities, nameOf)}`;
    case "database-activity":
      return `what ${names(request.entities, nameOf)} is doing`;
    case "endpoint":
      return `a look at the endpoint of ${names(request.entities, nameOf)}`;
    case "graph":
      return `what is around ${names(request.around, nameOf)}`;
    case "alerts":
      return `alerts of ${names(request.entities, nameOf)}`;
  }
}

function names(ids: EntityId[], nameOf: (id: EntityId) => string): string {
  const shown = ids.slice(0, 3).map(nameOf).join(", ");
  return ids.length > 3 ? `${shown} and ${ids.length - 3} more` : shown || "nothing";
}
