import type { IncidentState } from "../core/incident.ts";
import type { Instant, Window } from "../core/window.ts";

/** Trouble begins before it alerts, and its last samples lie a step or two after its end as the last alert tells it. */
const marginMilliseconds = 15_000;

/**
 * When other incidents of the same environment hurt, as far as was known at `at`; oldest first, none overlapping. What
 * happened then is not what is usual.
 */
export function knownTroubles(incident: IncidentState, others: readonly IncidentState[], at: Instant): Window[] {
  const windows = others
    // What was merged went on in the other, and hears nothing more of its alerts.
    .filter(({ id, mergedInto }) => id !== incident.id && mergedInto === null)
    .filter(({ environment }) => environment === incident.environment)
    .flatMap((other) => troubleOf(other, at) ?? [])
    .sort((left, right) => left.from - right.from);
  const joined: Window[] = [];
  for (const window of windows) {
    const last = joined.at(-1);
    if (last && window.from <= last.to) last.to = Math.max(last.to, window.to);
    else joined.push({ ...window });
  }
  return joined;
}

/** Null for a question or event: that somebody asked does not mean that anything was wrong. */
function troubleOf(incident: IncidentState, at: Instant): Window | null {
  const alerts = incident.items.filter(({ state, startsAt }) => state !== "asked" && startsAt <= at);
  if (alerts.length === 0) return null;
  const began = Math.min(...alerts.map(({ startsAt }) => startsAt), incident.answer?.onset?.earliest ?? at);
  const isOver = alerts.every(({ state, since }) => state === "resolved" && since <= at);
  const ended = isOver ? Math.max(...alerts.map(({ since, endedAt }) => endedAt ?? since)) : at;
  return { from: began - marginMilliseconds, to: ended + marginMilliseconds };
}
