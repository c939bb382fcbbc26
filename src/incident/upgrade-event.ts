import { eventVersion, type IncidentEvent } from "../core/incident-events.ts";

/**
 * Stored events are never rewritten: a reader lifts each old shape, one version at a time, to the one it knows. An entry
 * `n` turns version n into n + 1. Events of a newer midwatch are refused: half understood is worse than not read.
 */
const lifts: Record<number, (body: Record<string, unknown>) => Record<string, unknown>> = {};

export function upgradeEvent(
  stored: Omit<IncidentEvent, "body"> & { body: unknown },
  steps: typeof lifts = lifts,
  to: number = eventVersion,
): IncidentEvent {
  if (stored.version > to) {
    throw new Error(
      `event ${stored.incidentId}/${stored.sequence} has version ${stored.version}, this midwatch knows ${to}`,
    );
  }
  let body = stored.body as Record<string, unknown>;
  for (let version = stored.version; version < to; version++) {
    const lift = steps[version];
    if (lift) body = lift(body);
  }
  return { ...stored, version: to, body: body as IncidentEvent["body"] };
}
