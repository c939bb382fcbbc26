import type { IncidentState } from "../core/incident.ts";
import type { Instant } from "../core/window.ts";
import type { Pace } from "./pace.ts";

/** A cause that a second look at fresh samples named again; the first alone may rest on a handful of them. */
const looksThatAgree = 2;

/**
 * May the answer be called one, or is it what there is so far? A cause concludes when a second look confirms it, or when
 * no further look is coming; not knowing concludes after as many looks as people are told of it. Answers to questions
 * conclude at once: nothing fires that could still unfold.
 */
export function isConcluded(incident: IncidentState, now: Instant, pace: Pace): boolean {
  const { answer, answeredAt, staleReason } = incident;
  if (incident.closed) return true;
  if (!answer || answeredAt === null || staleReason !== null) return false;
  if (!incident.items.some(({ state }) => state === "firing")) return true;
  if (now >= incident.openedAt + pace.reconsiderForSeconds * 1000) return true;
  if (answer.verdict === "cause") return incident.stood >= looksThatAgree;
  return incident.looks >= pace.looksBeforeSayingUnknown;
}
