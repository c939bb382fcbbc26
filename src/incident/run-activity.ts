import type { ActivityName } from "../core/incident.ts";
import type { ActivityBodies } from "../store/durable/activities.ts";
import { allActivities } from "./activities/all-activities.ts";
import type { IncidentDependencies } from "./dependencies.ts";
import { nextStep } from "./next-step.ts";

/**
 * The bodies that durable execution runs, one for each activity. An activity whose incident needs something else by now
 * does nothing; one that fails writes that down, so that `nextStep` decides when it is tried again and who hears of it.
 */
export function activityBodies(
  dependencies: IncidentDependencies,
  onDone: (incidentId: string) => void = () => {},
  activities: typeof allActivities = allActivities,
): ActivityBodies {
  const names = Object.keys(activities) as ActivityName[];
  return Object.fromEntries(
    names.map((name) => [
      name,
      async (input) => {
        const incidentId = String(input["incidentId"]);
        try {
          await runActivity(dependencies, name, incidentId, String(input["stepId"]), activities);
        } finally {
          onDone(incidentId);
        }
      },
    ]),
  );
}

async function runActivity(
  dependencies: IncidentDependencies,
  name: ActivityName,
  incidentId: string,
  stepId: string,
  activities: typeof allActivities,
): Promise<void> {
  const incident = await dependencies.readIncident(incidentId);
  if (!incident) return;
  const step = nextStep(incident, dependencies.now(), dependencies.pace);
  if (step.kind !== "activity" || step.id !== stepId) return; // the incident has moved on
  try {
    await activities[name](dependencies, incident, step);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    await dependencies.commit({
      incidentId,
      actor: { kind: "midwatch", part: "conductor" },
      activityId: null,
      decide: (state) =>
        state.turn === incident.turn
          ? { events: [{ type: "activity-failed", activity: name, problem: problem.slice(0, 500) }] }
          : null,
    });
  }
}
