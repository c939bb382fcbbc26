import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "../database.ts";
import { appendEvents } from "../incident-events.ts";
import type { ActivityBody } from "./activities.ts";

/** An activity whose every step leaves a row, and which ends with an event of its incident. */
export function slowSteps(database: Database): ActivityBody {
  return async (input, { activityId, step }) => {
    for (let number = 1; number <= Number(input["steps"]); number++) {
      await step(`step ${number}`, async () => {
        await database.query("insert into step_log (activity_id, number, pid) values ($1, $2, $3)", [
          activityId,
          number,
          process.pid,
        ]);
        await sleep(Number(input["stepMilliseconds"]));
      });
    }
    await step("append", async () => {
      const appended = await appendEvents(database, {
        incidentId: activityId,
        afterSequence: null,
        actor: { kind: "midwatch", part: "test" },
        at: 0,
        activityId,
        bodies: [{ type: "signals-recovered", sentence: "all steps done" }],
        toRow: null,
      });
      return appended.kind;
    });
  };
}

export const stepLogTable = "create table if not exists step_log (activity_id text, number integer, pid integer)";
