import { concept, defineCheck, finding, quiet, unknown } from "../core/check.ts";
import { predicate } from "./predicate.ts";
import { latest } from "./statistics/series-values.ts";
import { denied, testCheck } from "./test-check.ts";

const memoryHigh = defineCheck({
  id: "memory-high",
  faultClass: "memory-limit-too-low",
  appliesTo: ["service"],
  needs: { workingSet: concept("memory.working_set"), limit: concept("memory.limit") },
  thresholds: { usedRatio: 0.9 },
  examine({ entity, scope, workingSet, limit }, { usedRatio }) {
    const used = latest(workingSet.items);
    const allowed = latest(limit.items);
    if (used === undefined) return unknown("no working-set samples in the window");
    if (allowed === undefined) return limit.isReadable ? quiet("no limit set") : unknown("the limit cannot be read");
    if (used < usedRatio * allowed) return quiet();
    return finding({
      entity,
      evidence: "saturation",
      effect: used / allowed,
      sentence: "memory is at its limit",
      predicate: predicate.value(entity, "memory.working_set", "last", ">=", usedRatio * allowed, scope.window),
    });
  },
});

testCheck(memoryHigh, {
  finds: { "95 of 100 bytes for 5 min": { workingSet: "95x5", limit: "100x5", $: { expects: { effect: 0.95 } } } },
  quiet: {
    "70 of 100 bytes": { workingSet: "70x5", limit: "100x5" },
    "no limit set": { workingSet: "95x5", limit: "_x5" },
  },
  unknown: { "limit not readable": { workingSet: "95x5", limit: denied } },
});
