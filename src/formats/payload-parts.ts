import { isAlertmanagerPayload, isRecord } from "./alertmanager-payload.ts";
import { mostAlerts } from "./read-incoming.ts";

/** Some milliseconds of reading. */
const partSize = 50;

/**
 * A payload of many alerts (a list, or Alertmanager's group) as payloads of a few, each with the place of its first; any other
 * as it is. `placeInWhole` gives back what a reader of the part says of a place.
 */
export function partsOf(payload: unknown): { part: unknown; from: number }[] {
  if (Array.isArray(payload) && payload.length <= mostAlerts) return cut(payload, (members) => members);
  if (isRecord(payload) && isAlertmanagerPayload(payload) && Array.isArray(payload["alerts"])) {
    const [, ...others] = cut(payload["alerts"], (alerts) => ({ ...payload, truncatedAlerts: 0, alerts }));
    // What is said of the group is said once.
    return [{ part: { ...payload, alerts: payload["alerts"].slice(0, partSize) }, from: 0 }, ...others];
  }
  return [{ part: payload, from: 0 }];
}

function cut(members: unknown[], toPart: (members: unknown[]) => unknown): { part: unknown; from: number }[] {
  const parts = [];
  for (let from = 0; from === 0 || from < members.length; from += partSize)
    parts.push({ part: toPart(members.slice(from, from + partSize)), from });
  return parts;
}

/** `$.alerts[3].labels` of the part that begins at 100 is `$.alerts[103].labels`. */
export function placeInWhole(where: string, from: number): string {
  return where.replace(/^(\$(?:\.alerts)?\[)(\d+)\]/, (_whole, before: string, place: string) => {
    return `${before}${Number(place) + from}]`;
  });
}
