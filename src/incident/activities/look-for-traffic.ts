import { perSecond } from "../../analysis/words.ts";
import type { IncidentEventBody } from "../../core/incident-events.ts";
import type { Activity } from "../dependencies.ts";

const lookSeconds = 300;

/** Its alerts are quiet: because it is well, or because nobody uses it any more? */
export const lookForTraffic: Activity = async (dependencies, incident, { id: activityId }) => {
  const { now, commit, observe } = dependencies;
  const at = now();
  const window = { from: at - lookSeconds * 1000, to: at };
  const entities = incident.entityIds;
  const request = {
    kind: "series",
    concept: "request.rate",
    entities,
    statistic: "rate",
    stepSeconds: 15,
    window,
  } as const;
  const seen = await observe({ ...request, entities, keep: [] }, { incidentId: incident.id, maxAgeSeconds: 30 });
  const series = seen.body?.kind === "series" ? seen.body.series : [];
  const values = series.flatMap(({ values }) => values.filter((value) => value !== null));
  const rate =
    values.length === 0
      ? 0
      : (values.reduce((sum, value) => sum + value, 0) / values.length) * Math.max(1, series.length);
  const event: IncidentEventBody =
    rate > 0
      ? { type: "signals-recovered", sentence: `its alerts are over, with requests coming in at ${perSecond(rate)}` }
      : { type: "traffic-stopped", sentence: silence(seen.status) };
  await commit({
    incidentId: incident.id,
    actor: { kind: "midwatch", part: "watch" },
    activityId,
    decide: (state) => (state.turn === incident.turn ? { events: [event] } : null),
  });
};

function silence(status: string): string {
  if (status === "data" || status === "empty" || status === "partial")
    return "its alerts are over, and nobody uses it any more";
  return "its alerts are over; whether anybody uses it could not be seen";
}
