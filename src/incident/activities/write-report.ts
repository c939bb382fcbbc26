import type { Activity } from "../dependencies.ts";
import { reportOf } from "../report.ts";
import { namer } from "./investigate-round.ts";

/** The report, from recorded facts alone. */
export const writeReport: Activity = async (dependencies, incident, { id: activityId, why }) => {
  const { commit, readEntities, readEvents, linkTo, now } = dependencies;
  const answer = incident.answer;
  const mentioned = [
    ...incident.entityIds,
    ...(answer?.blastRadius.map(({ entityId }) => entityId) ?? []),
    ...(answer?.hypotheses.map(({ entityId }) => entityId) ?? []),
    ...(answer?.ruledOut.map(({ entityId }) => entityId) ?? []),
  ];
  const entities = await readEntities([...new Set(mentioned)]);
  const events = await readEvents(incident.id);
  const nameOf = namer(entities.map(({ id, name }) => [id, name]));
  const ownerOf = (id: string) => entities.find((entity) => entity.id === id)?.business?.owner ?? null;
  const markdown = reportOf({ incident, events, nameOf, ownerOf, link: linkTo(incident.id), end: why, now: now() });
  await commit({
    incidentId: incident.id,
    actor: { kind: "midwatch", part: "reports" },
    activityId,
    decide: (state) => (state.turn === incident.turn ? { events: [{ type: "report-written", markdown }] } : null),
  });
};
