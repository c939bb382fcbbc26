import type { IncidentState } from "../core/incident.ts";
import type { IncidentEventBody } from "../core/incident-events.ts";
import type { Instant } from "../core/window.ts";
import { quietNoMore } from "./fold-items.ts";

type Placement = Extract<IncidentEventBody, { type: "item-split-off" | "item-placed" }>;

export function isPlacement(body: IncidentEventBody): body is Placement {
  return body.type === "item-split-off" || body.type === "item-placed";
}

/** What a person's word on an alert does to an incident: it is about something else from then on, and is looked at again. */
export function foldPlacement(state: IncidentState, body: Placement, at: Instant): IncidentState {
  switch (body.type) {
    case "item-split-off": {
      const left = state.items.filter((item) => item.itemId !== body.itemId);
      const gone = state.items.find((item) => item.itemId === body.itemId);
      const named = left.length > 0 && gone?.title === state.title ? (left[0]?.title ?? state.title) : state.title;
      const entityIds = left.length > 0 ? [...new Set(left.flatMap((item) => item.entityIds))] : state.entityIds;
      const without = { ...state, ...quietNoMore(at), items: left, entityIds, title: named };
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
