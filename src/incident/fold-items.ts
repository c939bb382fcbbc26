import type { IncidentState, JoinedItem } from "../core/incident.ts";
import type { IncidentEventBody } from "../core/incident-events.ts";
import type { Instant } from "../core/window.ts";
import { newsIn } from "./fresh-news.ts";

type ItemEvent = Extract<IncidentEventBody, { type: "item-joined" | "item-resolved" | "item-fired-again" }>;

/** The event as it counts here: what, when, and its place in the log. */
export type ItemEventAt = { body: ItemEvent; at: Instant; sequence: number };

/** What alerts do by themselves; what a person does with them is folded by `foldPlacement`. */
export function isItemEvent(body: IncidentEventBody): body is ItemEvent {
  return body.type === "item-joined" || body.type === "item-resolved" || body.type === "item-fired-again";
}

/**
 * What alerts do to an incident, in their order. Answers stay; what is news to them is remembered. Many at once cost
 * little more than one: in a storm thousands of alerts belong to one incident, and copying all of them for each would stop
 * the process for as long as a sender may wait altogether.
 */
export function foldItemEvents(before: IncidentState, events: ItemEventAt[]): IncidentState {
  const last = events.at(-1);
  if (!last) return before;
  const state = { ...before, sequence: last.sequence };
  const draft = draftOf(state);
  for (const { body, at } of events) {
    if (body.type === "item-joined") join(draft, state, body, at);
    else if (body.type === "item-resolved") turn(draft, body.itemId, { to: "resolved", at, endedAt: body.resolvedAt });
    // After a fix that had worked this is the recurrence that the watch was for.
    else if (turn(draft, body.itemId, { to: "firing", at, endedAt: null }) && isVerified(state))
      draft.staleReason = `${body.title} fired again`;
  }
  if (draft.newsAt === null) return state;
  return {
    ...state,
    items: draft.items,
    entityIds: [...draft.entityIds],
    freshNews: draft.freshNews,
    ...(draft.staleReason === null ? {} : { staleReason: draft.staleReason, looks: 0 }),
    ...quietNoMore(draft.newsAt),
  };
}

/** What was seen of the traffic, and the report, were about the quiet before. */
export function quietNoMore(at: Instant): Pick<IncidentState, "itemNewsAt" | "traffic" | "report"> {
  return { itemNewsAt: at, traffic: null, report: null };
}

type Draft = {
  items: JoinedItem[];
  /** Of an item among the items. */
  places: Map<string, number>;
  entityIds: Set<string>;
  freshNews: IncidentState["freshNews"];
  staleReason: string | null;
  /** The last change; null: nothing changed. */
  newsAt: Instant | null;
};

function draftOf({ items, entityIds, freshNews }: IncidentState): Draft {
  return {
    items: [...items],
    places: new Map(items.map(({ itemId }, place) => [itemId, place])),
    entityIds: new Set(entityIds),
    freshNews: [...freshNews],
    staleReason: null,
    newsAt: null,
  };
}

function join(
  draft: Draft,
  state: IncidentState,
  body: Extract<ItemEvent, { type: "item-joined" }>,
  at: Instant,
): void {
  const { itemId, title, entityIds, severity, reason } = body;
  if (draft.places.has(itemId)) return;
  const kind = body.itemKind ?? "alert";
  draft.places.set(itemId, draft.items.length);
  draft.items.push({
    itemId,
    kind,
    fingerprint: body.fingerprint ?? null,
    title,
    entityIds,
    severity,
    state: kind === "alert" || kind === "detection" ? "firing" : "asked",
    since: at,
    startsAt: body.startsAt ?? at,
    endedAt: null,
    transitions: [at],
    reason,
  });
  if (!state.answer && !state.investigation)
    draft.freshNews = []; // the first look takes everything up
  else draft.freshNews.push(...newsIn(body, at, state, draft.entityIds));
  for (const id of entityIds) draft.entityIds.add(id);
  draft.newsAt = at;
}

/** True where that changed something. */
function turn(draft: Draft, itemId: string, { to, at, endedAt }: Turn): boolean {
  const place = draft.places.get(itemId);
  const item = place === undefined ? undefined : draft.items[place];
  if (place === undefined || !item || item.state === to) return false;
  draft.items[place] = {
    ...item,
    state: to,
    since: at,
    // A sender's clock may be wrong: nothing is over before it began, or after that was heard.
    endedAt: endedAt === null ? null : Math.min(at, Math.max(item.startsAt, endedAt)),
    transitions: [...item.transitions.slice(-9), at],
  };
  draft.newsAt = at;
  return true;
}

type Turn = { to: "firing" | "resolved"; at: Instant; endedAt: Instant | null };

function isVerified({ verification, undo }: IncidentState): boolean {
  return verification !== null && verification.nextLookAt === null && undo === null;
}

/** METHODS 7: four transitions within half an hour. */
const flappingTransitions = 4;
const flappingWindowMilliseconds = 30 * 60_000;

export function isFlapping(item: JoinedItem, now: Instant): boolean {
  return item.transitions.filter((at) => now - at < flappingWindowMilliseconds).length >= flappingTransitions;
}
