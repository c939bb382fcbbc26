import type { ActionKind } from "../core/plan.ts";
import type { ActionKindDefinition } from "./define-action-kind.ts";
import { pauseSchedule } from "./pause-schedule.ts";
import { raiseLimit } from "./raise-limit.ts";
import { restartInstance } from "./restart-instance.ts";
import { revertConfiguration } from "./revert-configuration.ts";
import { rollBackRelease } from "./roll-back-release.ts";
import { scaleReplicas } from "./scale-replicas.ts";
import { setFlag } from "./set-flag.ts";

/** In the order of preference: what takes the trigger back, what gives room, what only takes the symptom away. */
export const allKinds: ActionKindDefinition[] = [
  rollBackRelease,
  setFlag,
  revertConfiguration,
  pauseSchedule,
  raiseLimit,
  scaleReplicas,
  restartInstance,
];

export function kindOf(kind: ActionKind): ActionKindDefinition {
  const found = allKinds.find(({ id }) => id === kind);
  if (!found) throw new Error(`there is no action kind ${kind}`);
  return found;
}
