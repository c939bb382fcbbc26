import type { IncidentState } from "../../core/incident.ts";
import type { Instant } from "../../core/window.ts";
import { hurtBy, takesNewAlerts } from "./still-at-hand.ts";

type Merge = { from: string; into: string; reason: string };

/** METHODS 7 joins alerts up to five minutes apart by weight; an answer that names both may reach further back. */
const farthestApartMilliseconds = 15 * 60_000;

/**
 * Which open incidents turned out to be one matter: the younger goes into the older when both lead with the same cause, or
 * when the older one's cause explains everything that the younger complains of and the younger has no other cause of its
 * own. An incident that a person has taken up, whose alerts a person has sorted, or for which something was approved or done,
 * stays as it is.
 */
export function decideMerges(open: readonly IncidentState[]): Merge[] {
  const byAge = [...open].sort((left, right) => left.openedAt - right.openedAt || (left.id < right.id ? -1 : 1));
  const explaining = indexByWhatIsExplained(byAge);
  return byAge.flatMap((younger, index): Merge[] => {
    if (!mayGo(younger)) return [];
    const places = new Set(complaintsOf(younger).flatMap((complaint) => explaining.get(complaint) ?? []));
    for (const place of [...places].sort((left, right) => left - right)) {
      const older = byAge[place];
      if (!older || place >= index || !mayTake(older, younger)) continue;
      const reason = reasonToMerge(younger, older);
      if (reason) return [{ from: younger.id, into: older.id, reason }];
    }
    return [];
  });
}

/**
 * Places of the incidents that explain something, under what they explain: their lead, and whom their cause hurts. After a
 * storm thousands are open and each can be asked about: comparing every one with every other would take seconds.
 */
function indexByWhatIsExplained(byAge: readonly IncidentState[]): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (const [place, incident] of byAge.entries()) {
    const [lead] = incident.answer?.hypotheses ?? [];
    if (!lead || incident.staleReason !== null) continue;
    for (const explained of [leadKey(lead.id), ...new Set(hurtBy(incident).map(entityKey))]) {
      const known = places.get(explained);
      if (known) known.push(place);
      else places.set(explained, [place]);
    }
  }
  return places;
}

/** Under which an incident that explains this one is found: the lead of both, or the first that is complained of. */
function complaintsOf({ answer, items }: IncidentState): string[] {
  const [own] = answer?.hypotheses ?? [];
  const [entityId] = items[0]?.entityIds ?? [];
  return [...(own ? [leadKey(own.id)] : []), ...(entityId === undefined ? [] : [entityKey(entityId)])];
}

const leadKey = (hypothesisId: string): string => `lead ${hypothesisId}`;
const entityKey = (entityId: string): string => `hurts ${entityId}`;

function mayGo(incident: IncidentState): boolean {
  const isAlerted = incident.items.every(({ kind }) => kind === "alert" || kind === "detection");
  const isTouched =
    incident.takenOverBy !== null ||
    incident.approval !== null ||
    incident.execution !== null ||
    incident.undo !== null ||
    incident.attempts.some(({ outcome }) => outcome !== null) ||
    incident.placements.length > 0 ||
    incident.words.length > 0 ||
    incident.rejectedHypothesisIds.length > 0;
  return isAlerted && !isTouched && incident.closed === null;
}

function mayTake(older: IncidentState, younger: IncidentState): boolean {
  return (
    older.closed === null &&
    older.environment === younger.environment &&
    takesNewAlerts(older) &&
    !keepsApart(older, younger) &&
    firstComplaint(younger) - lastComplaint(older) <= farthestApartMilliseconds
  );
}

/** A person said of an alert in the younger one that it is no part of the older one. */
function keepsApart(older: IncidentState, younger: IncidentState): boolean {
  return older.placements.some(
    ({ fingerprint, isHere }) => !isHere && younger.items.some((item) => item.fingerprint === fingerprint),
  );
}

function reasonToMerge(younger: IncidentState, older: IncidentState): string | null {
  const [own] = younger.answer?.hypotheses ?? [];
  const [theirs] = older.answer?.hypotheses ?? [];
  if (!theirs || older.answer === null || older.staleReason !== null) return null;
  const isOwnLead = own && (younger.answer?.verdict === "cause" || younger.answer?.verdict === "leads");
  const isTheirLead = older.answer.verdict === "cause" || older.answer.verdict === "leads";
  if (isOwnLead && isTheirLead && own.id === theirs.id) return "both have the same cause";
  if (older.answer.verdict !== "cause") return null;
  const hurt = new Set(hurtBy(older));
  const isExplained = younger.items.every(
    ({ entityIds }) => entityIds.length > 0 && entityIds.every((id) => hurt.has(id)),
  );
  const hasOtherCause =
    younger.answer?.verdict === "cause" &&
    own !== undefined &&
    !older.answer.hypotheses.some(({ id }) => id === own.id);
  return isExplained && !hasOtherCause ? "the cause found there explains all that is complained of here" : null;
}

const firstComplaint = (incident: IncidentState): Instant =>
  Math.min(...incident.items.map(({ startsAt }) => startsAt));
const lastComplaint = (incident: IncidentState): Instant => Math.max(...incident.items.map(({ startsAt }) => startsAt));
