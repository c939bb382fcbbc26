import { conceptDefinition } from "../core/concept.ts";
import type { Edge, Entity, EntityId } from "../core/entity.ts";
import type { IncidentState } from "../core/incident.ts";
import { type IncomingItem, ownRulesSource } from "../core/item.ts";
import type { Scope, Symptom } from "../core/scope.ts";
import { figuresIn, standInId, type Told } from "../core/told.ts";
import type { Instant, Window } from "../core/window.ts";
import { plainText } from "../formats/plain-text.ts";
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
  knownServices: string[] = [],
): Scope {
  const window = windowFor(incident, startedAt, pace);
  const known = new Set(knownAt(incident, startedAt).map(({ itemId }) => itemId));
  const joined = items.filter(({ id }) => known.has(id));
  const { symptoms, told, standIns } = complaintOf(incident, joined, graph.entities, knownServices);
  const complaint = window.from + pace.lookBackSeconds * 1000;
  // A fresh installation has little to call usual: the slack before the complaint then takes at most two fifths of it.
  const history = complaint - Math.max(window.from, historySince ?? window.from);
  const slack = Math.min(pace.onsetSlackSeconds * 1000, Math.max(0, 0.4 * history));
  const usualUntil = withinHistory(Math.max(window.from + 60_000, complaint - slack), historySince, startedAt);
  return {
    now: startedAt,
    symptoms,
    window,
    baseline: { from: window.from, to: usualUntil },
    ...(troubles.length > 0 ? { troubles } : {}),
    ...(told.length > 0 ? { told } : {}),
    ...(incident.words.length > 0 ? { words: incident.words } : {}),
    onset: null,
    entities: [...graph.entities, ...standIns],
    edges: graph.edges,
    distance: distances(
      symptoms.map(({ entityId }) => entityId),
      graph.edges,
    ),
  };
}

/**
 * Where everything that is known is younger than the complaint, the first half of it is the best usual there is: with none
 * nothing could be compared.
 */
function withinHistory(usualUntil: Instant, historySince: Instant | null, startedAt: Instant): Instant {
  if (historySince === null || usualUntil >= historySince + 60_000 || historySince >= startedAt) return usualUntil;
  return Math.max(usualUntil, Math.min(startedAt, historySince + Math.max(60_000, (startedAt - historySince) / 2)));
}

/** Where the search begins, and what was told; where nothing known is named, with a stand-in for what is. */
function complaintOf(
  incident: IncidentState,
  items: IncomingItem[],
  entities: Entity[],
  knownServices: string[],
): { symptoms: Symptom[]; told: Told[]; standIns: Entity[] } {
  const symptoms = symptomsOf(incident, items);
  const inOrder = inOrderOfStart(incident, items);
  if (symptoms.length > 0) {
    const told = inOrder.flatMap((item) => {
      const about = entitiesOf(item, incident);
      const name = entities.find(({ id }) => id === about[0])?.name ?? null;
      return toldBy(item, about, null, name);
    });
    return { symptoms, told: told.slice(0, mostTold), standIns: [] };
  }
  // Several complaints about things that nobody knows are one as long as they are one incident: the first stands for all.
  const [first] = inOrder;
  const name = first?.told?.subject ?? `“${shortTitle(first?.title ?? incident.title)}”`;
  const standIn: Entity = {
    id: standInId(name),
    kind: "service",
    name,
    environment: first?.told?.environment ?? incident.environment,
    attributes: {},
    business: null,
  };
  return {
    symptoms: [
      {
        entityId: standIn.id,
        concept: first?.concept ?? null,
        direction: first ? directionOf(first) : null,
        reportedAt: first?.startsAt ?? incident.openedAt,
        sentence: first?.title ?? incident.title,
      },
    ],
    told: inOrder.flatMap((item) => toldBy(item, [standIn.id], knownServices)).slice(0, mostTold),
    standIns: [standIn],
  };
}

/** Beyond this many complaints with numbers nobody reads them. */
const mostTold = 3;
const longestTitle = 80;

function shortTitle(title: string): string {
  const plain = plainText(title).replaceAll(/\s+/g, " ").trim();
  return plain.length > longestTitle ? `${plain.slice(0, longestTitle - 1)}…` : plain;
}

/** `others`: what is known where this is not; null where it is. midwatch's own detections are measured, not told. Nothing is told where neither a number nor a code is. */
function toldBy(
  item: IncomingItem,
  entityIds: EntityId[],
  others: string[] | null,
  name: string | null = null,
): Told[] {
  if (item.kind === "detection" || item.source === ownRulesSource) return [];
  const figures = figuresIn(item);
  const { statusCodes = [], since = null, operation = null, environment = null, subject = null } = item.told ?? {};
  if (figures.length === 0 && statusCodes.length === 0 && since === null && others === null) return [];
  return [
    {
      itemId: item.id,
      subject: subject ?? name ?? `“${shortTitle(item.title)}”`,
      operation,
      entityIds,
      isUnknown: others !== null,
      knownServices: others ?? [],
      environment,
      figures,
      statusCodes,
      since,
    },
  ];
}

function inOrderOfStart(incident: IncidentState, items: IncomingItem[]): IncomingItem[] {
  const members = new Set(incident.items.map(({ itemId }) => itemId));
  return items
    .filter(({ id }) => members.has(id))
    .sort((left, right) => left.startsAt - right.startsAt || (left.id < right.id ? -1 : 1));
}

/** Those that answer the route it names, before those that are only called like a word of it. */
function entitiesOf(item: IncomingItem, { investigation, items }: IncidentState): EntityId[] {
  const serving = investigation?.servers.find(({ itemId }) => itemId === item.id)?.entityIds ?? [];
  if (serving.length > 0) return serving;
  const recognized = items.find(({ itemId }) => itemId === item.id)?.entityIds ?? [];
  return (item.entityIds.length > 0 ? item.entityIds : recognized).slice(0, 3);
}

/** One for each item and entity that it names, earliest first. */
export function symptomsOf(incident: IncidentState, items: IncomingItem[]): Symptom[] {
  const symptoms = inOrderOfStart(incident, items).flatMap((item) =>
    entitiesOf(item, incident).map((entityId): Symptom => {
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

function operationOf({ labels, told }: IncomingItem): string | undefined {
  const labelled = operationLabels.map((label) => labels[label]).find((value) => value !== undefined && value !== "");
  return labelled ?? told?.operation ?? undefined;
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
