/**
 * Another release of midwatch, for tests of upgrades: before anything is done about a plan it also asks around. It stands in
 * for `next-step.ts` and `all-activities.ts` in the bundle of a worker.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { ActivityName, IncidentState, NextStep } from "../core/incident.ts";
import type { Instant } from "../core/window.ts";
import { allActivities as presentActivities } from "./activities/all-activities.ts";
import type { Activity } from "./dependencies.ts";
import { nextStep as presentNextStep } from "./next-step.ts";
import type { Pace } from "./pace.ts";

export const askedAround = "nobody knows of anything";
const name = "ask-around";

export function nextStep(incident: IncidentState, now: Instant, pace?: Pace): NextStep {
  const step = presentNextStep(incident, now, pace);
  const isDue = incident.plan !== null && incident.execution === null && incident.closed === null;
  if (!isDue || incident.context.some(({ text }) => text === askedAround)) return step;
  // No release that is older or newer knows the name.
  return {
    kind: "activity",
    name: name as ActivityName,
    id: `${incident.id}/${incident.turn}/${name}`,
    why: "new here",
  };
}

const askAround: Activity = async ({ commit }, incident, { id }) => {
  process.stdout.write("asking around\n");
  await sleep(Number(process.env["ASK_AROUND_MILLISECONDS"] ?? 0));
  await commit({
    incidentId: incident.id,
    actor: { kind: "midwatch", part: "neighbours" },
    activityId: id,
    decide: () => ({ events: [{ type: "context-added", person: "the neighbours", text: askedAround }] }),
  });
};

export const allActivities = { ...presentActivities, [name]: askAround };
