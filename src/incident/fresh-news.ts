import type { Answer } from "../core/answer.ts";
import type { IncidentState } from "../core/incident.ts";
import type { IncidentEventBody } from "../core/incident-events.ts";
import type { Instant } from "../core/window.ts";
import type { Pace } from "./pace.ts";
import { isBelow } from "./triage/assess-severity.ts";

type Joining = Extract<IncidentEventBody, { type: "item-joined" }>;

/**
 * News is what no look has taken up yet: an alert of something that was no part of the incident, or one more severe than
 * all before it. More alerts of the same say nothing new. `known`: what was part of the incident when the alert joined.
 */
export function newsIn(
  { itemId, entityIds, severity }: Joining,
  at: Instant,
  state: Pick<IncidentState, "severity" | "answer" | "investigation">,
  known: ReadonlySet<string>,
): IncidentState["freshNews"] {
  const isWorse = isBelow(state.severity, severity);
  const strange = strangers(entityIds, known, state.investigation ? null : state.answer);
  return isWorse || strange.length > 0 ? [{ itemId, at, entityIds: strange, isWorse }] : [];
}

/** A look ended: what joined before it began was part of it; what its answer speaks about is explained. */
export function afterLook(
  state: IncidentState,
  answer: Answer,
  at: Instant,
): Pick<IncidentState, "freshNews" | "newsLooks" | "looks"> {
  const startedAt = state.investigation?.startedAt ?? at;
  const freshNews = state.freshNews.flatMap((news) => {
    if (news.at <= startedAt) return [];
    const entityIds = strangers(news.entityIds, new Set(), answer);
    return news.isWorse || entityIds.length > 0 ? [{ ...news, entityIds }] : [];
  });
  const hasTakenUp = state.freshNews.some((news) => news.at <= startedAt);
  const newsLooks = state.newsLooks + (hasTakenUp ? 1 : 0);
  // Not knowing begins anew with what is new, as with the first alert: its first samples are few.
  const looks = hasTakenUp && answer.verdict !== "cause" ? 1 : state.looks + 1;
  return { freshNews, newsLooks, looks };
}

function strangers(entityIds: string[], known: ReadonlySet<string>, answer: Answer | null): string[] {
  const isSpokenAbout = (id: string) =>
    known.has(id) ||
    answer?.blastRadius.some(({ entityId }) => entityId === id) ||
    answer?.hypotheses.some(({ entityId }) => entityId === id);
  return entityIds.filter((id) => !isSpokenAbout(id));
}

/** The first look for the sake of news comes this long after the look before; each makes the next one wait twice as long. */
const firstNewsLookSeconds = 60;

/**
 * When the next look for the sake of news is due, and why. Null: nothing new, or what was new is over. However many alerts
 * join, looks get rarer until a person speaks: a flapping system cannot keep midwatch busy.
 */
export function newsLookOf(state: IncidentState, pace: Pace): { at: Instant; why: string } | null {
  const news = stillFiring(state);
  if (news.length === 0 || state.answeredAt === null) return null;
  const gap = Math.min(firstNewsLookSeconds * 2 ** state.newsLooks, pace.lookAgainAtMostSeconds);
  const settledAt = Math.min(...news.map(({ at }) => at)) + pace.settleSeconds * 1000;
  const why = news.some(({ entityIds }) => entityIds.length > 0)
    ? "alerts joined that the answer does not explain"
    : "a more severe alert joined";
  return { at: Math.max(state.answeredAt + gap * 1000, settledAt), why };
}

/** Said to people who were told of something milder. Null: nothing that would wake anybody. */
export function turnForTheWorse(state: IncidentState): string | null {
  const isUrgent = state.severity === "critical" || state.severity === "high";
  const isWorse = stillFiring(state).some((news) => news.isWorse);
  return isUrgent && isWorse ? `it became ${state.severity}: ${state.severityReason}` : null;
}

function stillFiring({ freshNews, items }: IncidentState): IncidentState["freshNews"] {
  if (freshNews.length === 0) return freshNews;
  const firing = new Set(items.flatMap(({ itemId, state }) => (state === "firing" ? [itemId] : [])));
  return freshNews.filter(({ itemId }) => firing.has(itemId));
}
