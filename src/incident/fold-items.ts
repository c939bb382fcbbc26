import type { IncidentState, JoinedItem } from "../core/incident.ts";
import type { IncidentEventBody } from "../core/incident-events.ts";
import type { Instant } from "../core/window.ts";
import { withNewsOf } from "./fresh-news.ts";

type ItemEvent = Extract<
  IncidentEventBody,
  { type: "item-joined" | "item-resolved" | "item-fired-again" | "item-split-off" | "item-placed" }
>;

export function isItemEvent(body: IncidentEventBody): body is ItemEvent {
  return body.type.startsWith("item-");
}

/** What alerts do to an incident. Answers stay; what is news to them is remembered. */
export function foldItemEvent(state: IncidentState, body: ItemEvent, at: Instant): IncidentState {
  switch (body.type) {
    case "item-joined": {
      if (state.items.some((item) => item.itemId === body.itemId)) return state;
      const kind = body.itemKind ?? "alert";
      const joined: JoinedItem = {
        itemId: body.itemId,
        kind,
        fingerprint: body.fingerprint ?? null,
        title: body.title,
        entityIds: body.entityIds,
        severity: body.severity,
        state: kind === "alert" || kind === "detection" ? "firing" : "asked",
        since: at,
        startsAt: body.startsAt ?? at,
        transitions: [at],
        reason: body.reason,
      };
      return {
        ...news(state, at),
        items: [...state.items, joined],
        entityIds: [...new Set([...state.entityIds, ...body.entityIds])],
        freshNews: withNewsOf(state, body, at),
      };
    }
    case "item-resolved":
      return turned(state, body.itemId, "resolved", at);
    case "item-fired-again": {
      const again = turned(state, body.itemId, "firing", at);
      // After a fix that had worked this is the recurrence that the watch was for.
      return isVerified(state) && again !== state
        ? { ...again, staleReason: `${body.title} fired again`, looks: 0 }
        : again;
    }
    case "item-split-off": {
      const left = state.items.filter((item) => item.itemId !== body.itemId);
      const gone = state.items.find((item) => item.itemId === body.itemId);
      const named = left.length > 0 && gone?.title === state.title ? (left[0]?.title ?? state.title) : state.title;
      const entityIds = left.length > 0 ? [...new Set(left.flatMap((item) => item.entityIds))] : state.entityIds;
      const without = { ...news(state, at), items: left, entityIds, title: named };
      const freshNews = state.freshNews.filter((fresh) => fresh.itemId !== body.itemId);
      return lookAgain({ ...placed(without, body, false), freshNews }, body.reason);
    }
    case "item-placed": {
      const isHere = state.items.some((item) => item.itemId === body.itemId);
      const after = placed(state, body, true);
      return isHere ? after : lookAgain(after, body.reason);
    }
  }
}

function placed(
  state: IncidentState,
  { itemId, fingerprint, person }: { itemId: string; fingerprint: string; person: string },
  isHere: boolean,
): IncidentState {
  const others = state.placements.filter((placement) => placement.fingerprint !== fingerprint);
  return { ...state, placements: [...others, { itemId, fingerprint, isHere, person }] };
}

/** A person changed what the incident is about. What is proposed stays until a look says otherwise. */
function lookAgain(state: IncidentState, reason: string): IncidentState {
  const asked = { ...state, investigation: null, looks: 0, newsLooks: 0, failures: null };
  return state.answer ? { ...asked, staleReason: reason } : asked;
}

function isVerified({ verification, undo }: IncidentState): boolean {
  return verification !== null && verification.nextLookAt === null && undo === null;
}

function turned(state: IncidentState, itemId: string, to: "firing" | "resolved", at: Instant): IncidentState {
  const item = state.items.find((candidate) => candidate.itemId === itemId);
  if (!item || item.state === to) return state;
  const changed = { ...item, state: to, since: at, transitions: [...item.transitions.slice(-9), at] };
  return { ...news(state, at), items: state.items.map((other) => (other.itemId === itemId ? changed : other)) };
}

/** What was seen of the traffic, and the report, were about the quiet before. */
function news(state: IncidentState, at: Instant): IncidentState {
  return { ...state, itemNewsAt: at, traffic: null, report: null };
}

/** METHODS 7: four transitions within half an hour. */
const flappingTransitions = 4;
const flappingWindowMilliseconds = 30 * 60_000;

export function isFlapping(item: JoinedItem, now: Instant): boolean {
  return item.transitions.filter((at) => now - at < flappingWindowMilliseconds).length >= flappingTransitions;
}
