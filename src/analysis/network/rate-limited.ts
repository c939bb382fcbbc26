import { concept, type Draft, defineCheck, finding, quiet, unknown } from "../../core/check.ts";
import { entityOf } from "../../core/scope.ts";
import { edgeLevelsOf, endsOf } from "../graph/graph-levels.ts";
import { predicate } from "../predicate.ts";
import { windowNow } from "../recent.ts";
import { onsetOf } from "../statistics/onset.ts";
import { percent, times } from "../words.ts";

/** Calls are refused as too many. Blames the caller when it asks more than usual, else the peer whose allowance fell. */
export const rateLimited = defineCheck({
  id: "rate-limited",
  faultClass: "rate-limited",
  appliesTo: "scope",
  needs: {
    limited: concept("call.rate_limited_ratio", { keep: ["peer"] }),
    rate: concept("call.rate", { keep: ["peer"] }),
  },
  thresholds: {
    /** One call in fifty; clients meet a few 429 in every burst. */
    limitedRatio: 0.02,
    z: 4,
    /** Half as many calls again: then the allowance did not change, the asking did. */
    moreCallsRatio: 1.5,
  },
  examine({ scope, limited, rate }, { limitedRatio, z, moreCallsRatio }) {
    if (!limited.isReadable) return unknown(limited.why ?? "refused calls cannot be seen");
    const rates = edgeLevelsOf(rate, scope, 0.05);
    const answers = [...edgeLevelsOf(limited, scope, 0.005, 0)].flatMap(([key, level]): Draft[] => {
      if (level.now < limitedRatio || level.now - level.before < limitedRatio || level.shift.z < z) return [];
      const { caller, callee } = endsOf(key);
      const asked = rates.get(key)?.shift.ratio ?? null;
      const isMore = asked !== null && asked >= moreCallsRatio;
      const from = entityOf(scope, caller)?.name ?? caller;
      const to = entityOf(scope, callee)?.name ?? callee;
      return [
        finding({
          entity: isMore ? caller : callee,
          evidence: "shift",
          effect: level.shift.z,
          onset: onsetOf(level.series, { direction: "up" }),
          sentence: `${to} refuses ${percent(level.now)} of the calls from ${from} as too many${isMore ? `, which are ${times(asked)} the usual` : ", though they are no more than usual"}`,
          predicate: predicate.value(
            caller,
            "call.rate_limited_ratio",
            "mean",
            ">=",
            level.now * 0.8,
            windowNow(scope, level.series.stepSeconds),
            { peer: callee },
          ),
          refutes: [{ entityId: callee, faultClass: "dependency-down", why: "it answers: it refuses" }],
          explains: [isMore ? callee : caller],
        }),
      ];
    });
    return answers.length > 0 ? answers : quiet();
  },
});
