import type { Instant } from "../core/window.ts";
import type { Database } from "../store/database.ts";
import { appendEvents } from "../store/incident-events.ts";
import { incidentRowOf } from "./incident-row.ts";
import { openedBody } from "./samples.testing.ts";

/** An incident as triage opens it, which ends after seconds of quiet: for tests that run it through in real processes. */
export async function openIncident(database: Database, incidentId: string, at: Instant): Promise<void> {
  await appendEvents(database, {
    incidentId,
    afterSequence: 0,
    actor: { kind: "midwatch", part: "triage" },
    at,
    activityId: null,
    bodies: [
      openedBody({
        startsAt: at - 20_000,
        exitCondition: { sentence: "", quietSeconds: 20, noTrafficSeconds: 40 },
      }),
    ],
    toRow: incidentRowOf,
  });
}
