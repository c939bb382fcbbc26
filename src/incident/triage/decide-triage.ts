import type { Edge, EntityId } from "../../core/entity.ts";
import type { IncidentState } from "../../core/incident.ts";
import type { IncomingItem, TriageDecision } from "../../core/item.ts";
import type { Instant } from "../../core/window.ts";
import type { Likeness } from "./likeness.ts";

/** What triage knows of an open incident: small enough that a storm of alerts costs little. */
export type OpenIncident = Pick<IncidentState, "id" | "environment" | "openedAt" | "itemNewsAt" | "placements"> & {
  items: { itemId: string; title: string; entityIds: EntityId[]; startsAt: Instant }[];
  /** Entities that its answer explains; empty before there is one. */
  explained: EntityId[];
  /** False once it recovered: a new alert then is a new matter, unless it is the same one again. */
  isActive: boolean;
  severity?: IncidentState["severity"];
};

export type TriageContext = {
  open: OpenIncident[];
  edges: Edge[];
  /** Of titles, without the names of entities. */
  likeness: Likeness;
  environmentOf: (entityIds: EntityId[]) => string;
  now: Instant;
};

export type Decision = {
  outcome: TriageDecision["outcome"];
  /** Null: a new incident. */
  incidentId: string | null;
  reason: string;
  /** What spoke for it, in numbers. */
  grounds: Record<string, number | string>;
};

/**
 * METHODS 7: weight e^(−Δt/5 min) · e^(−d/1.5) · (.5 + .5 · likeness) from .25 on joins. Beyond five minutes or two hops
 * nothing joins by weight.
 */
const timeScaleSeconds = 300;
const distanceScale = 1.5;
const joinWeight = 0.25;
const farthestHops = 2;
/** Titles that share four words of five. */
const sameWords = 0.8;

/** One item, one decision with its reason. Pure. Nothing that pages is ever dropped: in doubt it opens an incident. */
export function decideTriage(item: IncomingItem, context: TriageContext): Decision {
  const same = context.open.find((incident) => incident.items.some(({ itemId }) => itemId === item.id));
  if (item.status === "resolved") {
    return same
      ? {
          outcome: "resolved",
          incidentId: same.id,
          reason: item.endReason ?? "the alert that it belongs to is over",
          grounds: {},
        }
      : { outcome: "kept-quiet", incidentId: null, reason: "it was over before anybody had to look", grounds: {} };
  }
  if (same) return { outcome: "joined", incidentId: same.id, reason: "the same alert fires again", grounds: {} };
  const placed = placedByPerson(item, context.open);
  if (placed) return placed;
  if (item.severity === "info") {
    return {
      outcome: "kept-quiet",
      incidentId: null,
      reason: "for information only, as its sender says",
      grounds: { severity: item.severity },
    };
  }
  if (item.kind === "context" || item.kind === "event") {
    return { outcome: "opened", incidentId: null, reason: "somebody asked", grounds: {} };
  }
  const environment = context.environmentOf(item.entityIds);
  const hopsTo = hopsFrom(item.entityIds, context.edges);
  const candidates = context.open
    .filter(
      (incident) =>
        incident.isActive &&
        !isKeptApart(item, incident) &&
        (incident.environment === environment || environment === "" || incident.environment === ""),
    )
    .map((incident) => ({ incident, link: linkTo(item, incident, hopsTo, context.likeness) }))
    .filter(({ link }) => link.weight >= joinWeight)
    .sort((left, right) => right.link.weight - left.link.weight || (left.incident.id < right.incident.id ? -1 : 1));
  const [best] = candidates;
  if (!best) return { outcome: "opened", incidentId: null, reason: openReason(item, context), grounds: {} };
  const { weight, seconds, hops, title, isUnplaced } = best.link;
  return {
    outcome: "joined",
    incidentId: best.incident.id,
    reason: isUnplaced
      ? `says the same thing, of something unknown as well, ${apart(seconds)}`
      : joinReason(hops, seconds),
    grounds: {
      weight: round(weight),
      secondsApart: Math.round(seconds),
      hops,
      likeness: round(context.likeness(item.title, title)),
    },
  };
}

/** When an alert comes back that a person had put somewhere, it goes there as long as that is open. */
function placedByPerson({ fingerprint }: IncomingItem, open: OpenIncident[]): Decision | undefined {
  for (const { id, isActive, placements } of open) {
    const word = placements.find((placement) => placement.fingerprint === fingerprint && placement.isHere);
    if (isActive && word) {
      const reason = `${word.person} said that this alert belongs here`;
      return { outcome: "joined", incidentId: id, reason, grounds: { saidBy: word.person } };
    }
  }
  return undefined;
}

function isKeptApart({ fingerprint }: IncomingItem, { placements }: OpenIncident): boolean {
  return placements.some((placement) => placement.fingerprint === fingerprint && !placement.isHere);
}

type Link = { weight: number; seconds: number; hops: number; title: string; isUnplaced: boolean };

/** The strongest link to any alert of the incident, or to what its answer explains. */
function linkTo(
  item: IncomingItem,
  incident: OpenIncident,
  hopsTo: ReadonlyMap<EntityId, number>,
  likeness: Likeness,
): Link {
  let best: Link = { weight: 0, seconds: 0, hops: farAway, title: "", isUnplaced: false };
  const hopsToExplained = leastHops(incident.explained, hopsTo);
  for (const { title, entityIds, startsAt } of worthComparing(item, incident.items)) {
    const seconds = Math.abs(item.startsAt - startsAt) / 1000;
    // In a storm of alerts about things that nobody told midwatch of, those that say the same thing are one matter.
    const isUnplaced =
      item.entityIds.length === 0 && entityIds.length === 0 && likeness(item.title, title) >= sameWords;
    const hops = isUnplaced ? 1 : Math.min(leastHops(entityIds, hopsTo), hopsToExplained);
    const weight = weightOf(seconds, hops, () => likeness(item.title, title));
    if (weight > best.weight) best = { weight, seconds, hops, title, isUnplaced };
  }
  return best;
}

/** Of thousands of alerts in one incident the last ones and those about the same thing say all there is to say. */
const comparedAtMost = 50;

function worthComparing(item: IncomingItem, others: OpenIncident["items"]): OpenIncident["items"] {
  if (others.length <= comparedAtMost) return others;
  const isSameThing = (other: OpenIncident["items"][number]) =>
    other.entityIds.some((id) => item.entityIds.includes(id));
  return [
    ...others.slice(0, -comparedAtMost).filter(isSameThing).slice(-comparedAtMost),
    ...others.slice(-comparedAtMost),
  ];
}

/** Titles are compared last: most alerts are too far away for words to matter. */
function weightOf(seconds: number, hops: number, alike: () => number): number {
  if (hops > farthestHops) return 0;
  // The same thing complains again: as long as its incident is open that is no news.
  if (hops === 0) return Math.max(joinWeight, Math.exp(-seconds / timeScaleSeconds));
  if (seconds > timeScaleSeconds) return 0;
  return Math.exp(-seconds / timeScaleSeconds) * Math.exp(-hops / distanceScale) * (0.5 + 0.5 * alike());
}

/** Where there is no way of at most two hops, or nothing known is named. */
const farAway = 99;

function leastHops(to: EntityId[], hopsTo: ReadonlyMap<EntityId, number>): number {
  return to.reduce((least, id) => Math.min(least, hopsTo.get(id) ?? farAway), farAway);
}

/** Hops over edges in either direction, up to two: walked once for an item, whatever it is compared with. */
function hopsFrom(from: EntityId[], edges: Edge[]): Map<EntityId, number> {
  const hopsTo = new Map(from.map((id): [EntityId, number] => [id, 0]));
  for (let hops = 1; hops <= farthestHops && from.length > 0; hops += 1) {
    const next = new Set<EntityId>();
    for (const edge of edges) {
      if (hopsTo.get(edge.from) === hops - 1 && !hopsTo.has(edge.to)) next.add(edge.to);
      if (hopsTo.get(edge.to) === hops - 1 && !hopsTo.has(edge.from)) next.add(edge.from);
    }
    for (const id of next) hopsTo.set(id, hops);
  }
  return hopsTo;
}

function joinReason(hops: number, seconds: number): string {
  if (hops === 0) return `about the same thing, ${apart(seconds)}`;
  return `${hops === 1 ? "next to each other in the graph" : "two hops apart in the graph"}, ${apart(seconds)}`;
}

function apart(seconds: number): string {
  if (seconds < 1) return "at the same time";
  return seconds < 90 ? `${Math.round(seconds)} s apart` : `${Math.round(seconds / 60)} min apart`;
}

function openReason(item: IncomingItem, context: TriageContext): string {
  if (context.open.length === 0) return "nothing else is open";
  return item.entityIds.length === 0
    ? "it names nothing that is known, so it stands alone"
    : "nothing open is close enough in time and graph";
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
