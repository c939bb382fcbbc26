/**
 * A worker process for the tests of crashes and takeovers. Arguments: database URL, silent seconds, then optionally the
 * id of an activity to start. Prints one line of JSON for everything that happens.
 */
import { openDatabase } from "../database.ts";
import { openActivities } from "./dbos-activities.ts";
import { slowSteps } from "./slow-steps.testing.ts";

const [url = "", silentSeconds = "1", activityId] = process.argv.slice(2);
const say = (line: Record<string, unknown>) => console.log(JSON.stringify(line));
const database = openDatabase({ connection: url, poolSize: 4 });
const activities = await openActivities({
  database,
  databaseUrl: url,
  bodies: { "slow-steps": slowSteps(database) },
  roles: ["worker"],
  version: "test",
  heartbeatSeconds: 0.2,
  silentSeconds: Number(silentSeconds),
  onFenced: () => say({ fenced: true }),
});
say({ workerId: activities.workerId });
if (activityId !== undefined)
  say(await activities.start("slow-steps", activityId, { steps: 6, stepMilliseconds: 150 }));
setInterval(() => {}, 60_000);
