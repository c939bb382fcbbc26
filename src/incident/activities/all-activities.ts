import type { ActivityName } from "../../core/incident.ts";
import type { Activity } from "../dependencies.ts";
import { close } from "./close.ts";
import { consultPolicy } from "./consult-policy.ts";
import { escalate } from "./escalate.ts";
import { execute } from "./execute.ts";
import { investigateRound } from "./investigate-round.ts";
import { lookForTraffic } from "./look-for-traffic.ts";
import { propose } from "./propose.ts";
import { requestApproval } from "./request-approval.ts";
import { undo } from "./undo.ts";
import { verify } from "./verify.ts";
import { writeReport } from "./write-report.ts";

export const allActivities: Record<ActivityName, Activity> = {
  "investigate-round": investigateRound,
  propose,
  "consult-policy": consultPolicy,
  "request-approval": requestApproval,
  execute,
  verify,
  undo,
  escalate,
  "look-for-traffic": lookForTraffic,
  "write-report": writeReport,
  close,
};
