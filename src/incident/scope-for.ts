import { conceptDefinition } from "../core/concept.ts";
import type { Edge, Entity, EntityId } from "../core/entity.ts";
import type { IncidentState } from "../core/incident.ts";
import type { IncomingItem } from "../core/item.ts";
import type { Scope, Symptom } from "../core/scope.ts";
import type { Instant, Window } from "../core/window.ts";
import type { Pace } from "./pace.ts";

/** Window of an investigation: from well before the first complaint until its start. Fixed, so that it can go on later. */
export function windowFor(incident: IncidentState, startedAt: Instant, pace: Pace): Window {
  const complaint = Math.min(startedAt, ...knownAt(incident, startedAt).map(({ startsAt }) => startsAt));
  return { from: complaint - pace.lookBackSeconds * 1000, to: startedAt };
}

/** What had joined by then: alerts that join later must not change what an investigation under way asks. */
function knownAt(incident: IncidentState, at: Instant): IncidentState["items"] {
  return incident.items.filter(({ transitions }) => (transitions[0] ?? 0) <= at);
}

/** Where the search begins. Pure: the same incident, items and graph give the same scope after a crash. */
export function scopeFor(
  incident: IncidentState,
  items: IncomingItem[],
  graph: { entities: Entity[]; edges: Edge[] },
  startedAt: Instant,
  pace: Pace,
  historySince: Instant | null = null,
  troubles: Window[] = [],
): Scope {
  const window = windowFor(incident, startedAt, pace);
  const known = new Set(knownAt(incident, startedAt).map(({ itemId }) => itemId));
  const symptoms = symptomsOf(
    incident,
    items.filter(({ id }) => known.has(id)),
  );
  const complaint = window.from + pace.lookBackSeconds * 1000;
  // A fresh installation has little to call usual: the slack before the complaint then takes at most two fifths of it.
  const history = complaint - Math.max(window.from, historySince ?? window.from);
  const slack = Math.min(pace.onsetSlackSeconds * 1000, Math.max(0, 0.4 * history));
  const usualUntil = Math.max(window.from + 60_000, complaint - slack);
  return {
    now: startedAt,
    symptoms,
    window,
    baseline: { from: window.from, to: usualUntil },
    ...(troubles.length > 0 ? { troubles } : {}),
    onset: null,
    entities: graph.entities,
    edges: graph.edges,
    distance: distances(
      symptoms.map(({ entityId }) => entityId),
      graph.edges,
    ),
  };
}

/** One for each item and entity that it names, earliest first. */
export function symptomsOf(incident: IncidentState, items: IncomingItem[]): Symptom[] {
  const members = new Set(incident.items.map(({ itemId }) => itemId));
  const recognized = (id: string) => incident.items.find(({ itemId }) => itemId === id)?.entityIds ?? [];
  const ordered = items
    .filter(({ id }) => members.has(id))
    .sort((left, right) => left.startsAt - right.startsAt || (left.id < right.id ? -1 : 1));
  const symptoms = ordered.flatMap((item) =>
    (item.entityIds.length > 0 ? item.entityIds : recognized(item.id)).slice(0, 3).map((entityId): Symptom => {
      const operation = operationOf(item);
      return {
        entityId,
        concept: item.concept,
        direction: directionOf(item),
        ...(operation === undefined ? {} : { operation }),
        reportedAt: item.startsAt,
        sentence: item.title,
      };
    }),
  );
  if (symptoms.length > 0) return symptoms;
  const reportedAt = incident.items[0]?.startsAt ?? incident.openedAt;
  return incident.entityIds.map((entityId) => ({
    entityId,
    concept: null,
    direction: null,
    reportedAt,
    sentence: incident.title,
  }));
}

/** Labels under which alerts name one page or method of a service. */
const operationLabels = ["operation", "http.route", "http_route", "route", "handler", "rpc.method"];

function operationOf({ labels }: IncomingItem): string | undefined {
  return operationLabels.map((label) => labels[label]).find((value) => value !== undefined && value !== "");
}

/** Which way its signal hurts; where neither way does by itself (a rate), what the alert's own numbers say. */
function directionOf({ concept, numbers }: IncomingItem): Symptom["direction"] {
  if (concept === null) return null;
  const { bad } = conceptDefinition(concept);
  if (bad === "up" || bad === "down") return bad;
  const numberOf = (role: "observed" | "threshold") =>
    numbers.find((number) => number.role === role && number.concept === concept)?.value;
  const [observed, threshold] = [numberOf("observed"), numberOf("threshold")];
  if (observed === undefined || threshold === undefined || observed === threshold) return null;
  return observed < threshold ? "down" : "up";
}

/** Hops from the nearest symptom, whichever way the edges point. */
export function distances(from: EntityId[], edges: Pick<Edge, "from" | "to">[]): Record<EntityId, number> {
  const neighbours = new Map<EntityId, EntityId[]>();
  for (const edge of edges) {
    neighbours.set(edge.from, [...(neighbours.get(edge.from) ?? []), edge.to]);
    neighbours.set(edge.to, [...(neighbours.get(edge.to) ?? []), edge.from]);
  }
  const distance: Record<EntityId, number> = {};
  let border = [...new Set(from)];
  for (let hops = 0; border.length > 0; hops++) {
    for (const id of border) distance[id] = hops;
    const next = border.flatMap((id) => neighbours.get(id) ?? []).filter((id) => distance[id] === undefined);
    border = [...new Set(next)];
  }
  return distance;
}
