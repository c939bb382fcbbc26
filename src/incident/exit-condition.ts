import type { IncidentState } from "../core/incident.ts";
import type { ExitCondition } from "../core/incident-events.ts";
import type { IncomingItem } from "../core/item.ts";
import type { Instant } from "../core/window.ts";
import type { Pace } from "./pace.ts";

/** METHODS 10: a recovery holds when it held for a quarter of an hour. */
const defaultQuietSeconds = 15 * 60;
/** Silence of alerts means little when nobody uses the thing: four times as long. */
const defaultNoTrafficSeconds = 3600;

/** Written into the incident when it opens, so that nobody can move the end afterwards. */
export function exitConditionFor(
  kind: IncomingItem["kind"],
  seconds: { quietSeconds: number; noTrafficSeconds: number } = {
    quietSeconds: defaultQuietSeconds,
    noTrafficSeconds: defaultNoTrafficSeconds,
  },
): ExitCondition {
  const quiet = inWords(seconds.quietSeconds);
  const silent = inWords(seconds.noTrafficSeconds);
  const asked = kind === "context" || kind === "event";
  return {
    ...seconds,
    sentence: asked
      ? `Ends ${quiet} after the answer when nothing fires and nothing waits for a person.`
      : `Ends when all its alerts were quiet for ${quiet} with traffic flowing, or for ${silent} without traffic.`,
  };
}

export type Exit =
  | { holds: true; reason: string }
  /** `lookAt`: the next moment at which it may hold if nothing happens. Null: only an event can bring it about. */
  | { holds: false; lookAt: Instant | null; needsTrafficLook: boolean };

/** Does the incident end now? Every incident has a way to "yes" that needs nobody: alerts resolve, or go unheard. */
export function exitOf(incident: IncidentState, now: Instant, pace: Pace): Exit {
  const { quietSeconds, noTrafficSeconds } = incident.exitCondition;
  const unheardAt = incident.itemNewsAt + pace.unheardSeconds * 1000;
  if (incident.items.some((item) => item.state === "firing")) {
    if (now >= unheardAt)
      return { holds: true, reason: `nothing was heard of its alerts for ${inWords(pace.unheardSeconds)}` };
    return { holds: false, lookAt: unheardAt, needsTrafficLook: false };
  }

  const onlyAsked = incident.items.every((item) => item.state === "asked");
  if (onlyAsked) {
    // Unanswered questions end too, when nobody could answer them for long enough.
    const unanswered = incident.itemNewsAt + (noTrafficSeconds - quietSeconds) * 1000;
    const quietSince = Math.max(incident.answeredAt ?? unanswered, incident.verification?.lookedAt ?? 0);
    const waitsUntil = incident.plan && !incident.outcome ? incident.plan.expiresAt : 0;
    const endsAt = Math.max(quietSince + quietSeconds * 1000, waitsUntil);
    return now >= endsAt
      ? {
          holds: true,
          reason: incident.answer ? "it was answered and nothing fires" : "it could not be answered and nothing fires",
        }
      : { holds: false, lookAt: endsAt, needsTrafficLook: false };
  }

  const { traffic } = incident;
  const quietSince = Math.max(...incident.items.map((item) => item.since));
  const quietAt = quietSince + quietSeconds * 1000;
  const silentAt = quietSince + Math.max(quietSeconds, noTrafficSeconds) * 1000;
  if (now < quietAt) return { holds: false, lookAt: quietAt, needsTrafficLook: false };
  if (traffic?.state === "recovered") return { holds: true, reason: traffic.sentence };
  if (now >= silentAt) {
    return { holds: true, reason: traffic?.sentence ?? `quiet for ${inWords((now - quietSince) / 1000)}` };
  }
  // Users may come back before the long wait is over, and what could not be seen may be seen the next time.
  const lookAgainAt = traffic === null ? now : traffic.at + quietSeconds * 1000;
  return { holds: false, lookAt: Math.min(silentAt, lookAgainAt), needsTrafficLook: now >= lookAgainAt };
}

/** 90 → "90 s", 900 → "15 min", 7200 → "2 h", 604800 → "7 days". */
export function inWords(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 2 * 86400) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} days`;
}
