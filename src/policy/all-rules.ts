import type { PolicyRule } from "./define-policy-rule.ts";
import { environmentPermits } from "./environment-permits.ts";
import { freezeWindow } from "./freeze-window.ts";
import { haltAfterHarm } from "./halt-after-harm.ts";
import { killSwitch } from "./kill-switch.ts";
import { limitBound } from "./limit-bound.ts";
import { noInverse } from "./no-inverse.ts";
import { oneInstanceAtOnce } from "./one-instance-at-once.ts";
import { onlyWhenSure } from "./only-when-sure.ts";
import { productionAsks } from "./production-asks.ts";
import { protectedTarget } from "./protected-target.ts";
import { readOnlyByDefault } from "./read-only-by-default.ts";
import { restartRate } from "./restart-rate.ts";
import { scaleBound } from "./scale-bound.ts";
import { suspectState } from "./suspect-state.ts";
import { writesPerHour } from "./writes-per-hour.ts";

export const allRules: PolicyRule[] = [
  killSwitch,
  readOnlyByDefault,
  protectedTarget,
  freezeWindow,
  writesPerHour,
  restartRate,
  scaleBound,
  limitBound,
  oneInstanceAtOnce,
  suspectState,
  productionAsks,
  haltAfterHarm,
  noInverse,
  onlyWhenSure,
  environmentPermits,
];
