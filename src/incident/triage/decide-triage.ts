import type { Edge, EntityId } from "../../core/entity.ts";
import type { IncidentState } from "../../core/incident.ts";
import type { IncomingItem, TriageDecision } from "../../core/item.ts";
import type { Instant } from "../../core/window.ts";
import { likeness } from "./likeness.ts";

/** What triage knows of an open incident: small enough that a storm of alerts costs little. */
export type OpenIncident = Pick<IncidentState, "id" | "environment" | "openedAt" | "itemNewsAt"> & {
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
  /** Names of the item's and incidents' entities, taken out before titles are compared. */
  names: string[];
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
      ? { outcome: "resolved", incidentId: same.id, reason: "the alert that it belongs to is over", grounds: {} }
      : { outcome: "kept-quiet", incidentId: null, reason: "it was over before anybody had to look", grounds: {} };
  }
  if (same) return { outcome: "joined", incidentId: same.id, reason: "the same alert fires again", grounds: {} };
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
  const candidates = context.open
    .filter(
      (incident) =>
        incident.isActive &&
        (incident.environment === environment || environment === "" || incident.environment === ""),
    )
    .map((incident) => ({ incident, link: linkTo(item, incident, context) }))
    .filter(({ link }) => link.weight >= joinWeight)
    .sort((left, right) => right.link.weight - left.link.weight || (left.incident.id < right.incident.id ? -1 : 1));
  const [best] = candidates;
  if (!best) return { outcome: "opened", incidentId: null, reason: openReason(item, context), grounds: {} };
  const { weight, seconds, hops, alike, isUnplaced } = best.link;
  return {
    outcome: "joined",
    incidentId: best.incident.id,
    reason: isUnplaced
      ? `says the same thing, of something unknown as well, ${apart(seconds)}`
      : joinReason(hops, seconds),
    grounds: { weight: round(weight), secondsApart: Math.round(seconds), hops, likeness: round(alike) },
  };
}

type Link = { weight: number; seconds: number; hops: number; alike: number; isUnplaced: boolean };

/** The strongest link to any alert of the incident, or to what its answer explains. */
function linkTo(item: IncomingItem, incident: OpenIncident, context: TriageContext): Link {
  const links = worthComparing(item, incident.items).map((other): Link => {
    const seconds = Math.abs(item.startsAt - other.startsAt) / 1000;
    const alike = likeness(item.title, other.title, context.names);
    // In a storm of alerts about things that nobody told midwatch of, those that say the same thing are one matter.
    const isUnplaced = item.entityIds.length === 0 && other.entityIds.length === 0 && alike >= sameWords;
    const hops = isUnplaced ? 1 : distance(item.entityIds, [...other.entityIds, ...incident.explained], context.edges);
    return { seconds, hops, alike, isUnplaced, weight: weightOf(seconds, hops, alike) };
  });
  return links.reduce((best, link) => (link.weight > best.weight ? link : best), {
    weight: 0,
    seconds: 0,
    hops: 99,
    alike: 0,
    isUnplaced: false,
  });
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

function weightOf(seconds: number, hops: number, alike: number): number {
  if (hops > farthestHops) return 0;
  // The same thing complains again: as long as its incident is open that is no news.
  if (hops === 0) return Math.max(joinWeight, Math.exp(-seconds / timeScaleSeconds));
  if (seconds > timeScaleSeconds) return 0;
  return Math.exp(-seconds / timeScaleSeconds) * Math.exp(-hops / distanceScale) * (0.5 + 0.5 * alike);
}

/** Hops over edges in either direction; 99 where there is no way of at most two, or nothing known is named. */
function distance(from: EntityId[], to: EntityId[], edges: Edge[]): number {
  if (from.some((id) => to.includes(id))) return 0;
  let frontier = new Set(from);
  const seen = new Set(from);
  for (let hops = 1; hops <= farthestHops; hops += 1) {
    const next = new Set<EntityId>();
    for (const edge of edges) {
      if (frontier.has(edge.from) && !seen.has(edge.to)) next.add(edge.to);
      if (frontier.has(edge.to) && !seen.has(edge.from)) next.add(edge.from);
    }
    if (to.some((id) => next.has(id))) return hops;
    for (const id of next) seen.add(id);
    frontier = next;
  }
  return 99;
}

function joinReason(hops: number, seconds: number): string {
  if (hops === 0) return `about the same thing, ${apart(seconds)}`;
  return `${hops === 1 ? "next to each other in the graph" : "two hops apart in the graph"}, ${apart(seconds)}`;
}

function apart(seconds: number): string {
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
