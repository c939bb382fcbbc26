import { against, concept, type Draft, defineCheck, finding, quiet, unknown } from "../../core/check.ts";
import { entityOf } from "../../core/scope.ts";
import { edgeKey, edgeLevelsOf, endsOf, levelsOf } from "../graph/graph-levels.ts";
import { predicate } from "../predicate.ts";
import { windowNow } from "../recent.ts";
import { onsetOf } from "../statistics/onset.ts";
import { perSecond, times } from "../words.ts";

/**
 * Far more calls below than requests above, and the callee, alive, has to bear them. Retries towards something that is
 * gone or somebody else's only echo its failure: silent there, and explained by what fails where they are mild.
 */
export const retryStorm = defineCheck({
  id: "retry-storm",
  faultClass: "retry-storm",
  appliesTo: "scope",
  needs: {
    callRate: concept("call.rate", { keep: ["peer"] }),
    retries: concept("call.retry_rate", { keep: ["peer"] }),
    connectErrors: concept("call.connect_error_rate", { keep: ["peer"] }),
    rate: concept("request.rate"),
  },
  thresholds: {
    /** Calls a request, now over usual. One careful retry of everything makes 2; a storm is more than that. */
    amplification: 1.8,
    z: 4,
    leastRate: 0.5,
    /** A call in twenty seconds: below it there is no usual number of calls a request, and calls are new ones. */
    leastUsualRate: 0.05,
    /** Most calls are refused: there is nobody whom retries could keep down. */
    refusedRatio: 0.5,
  },
  examine({ scope, callRate, retries, connectErrors, rate }, thresholds) {
    if (!callRate.isReadable) return unknown(callRate.why ?? "calls between services cannot be seen");
    const calls = edgeLevelsOf(callRate, scope, 0.05);
    const again = edgeLevelsOf(retries, scope, 0.02, 0);
    const refused = edgeLevelsOf(connectErrors, scope, 0.02, 0);
    const requests = levelsOf(rate, scope, 0.05);
    const answers: Draft[] = [];
    for (const [key, level] of calls) {
      const { caller, callee } = endsOf(key);
      const above = requests.get(caller);
      if (!above || above.before <= 0 || above.now <= 0 || level.now < thresholds.leastRate) continue;
      if (level.before < thresholds.leastUsualRate) continue;
      const amplification = level.now / above.now / (level.before / above.before);
      if (level.shift.z < thresholds.z || amplification < thresholds.amplification) continue;
      const kind = entityOf(scope, callee)?.kind;
      if (kind === "database" || kind === "cache") continue;
      const names = {
        caller: entityOf(scope, caller)?.name ?? caller,
        callee: entityOf(scope, callee)?.name ?? callee,
      };
      if ((refused.get(key)?.now ?? 0) >= thresholds.refusedRatio * level.now) {
        answers.push(
          against(`${names.callee} refuses most of them: retries do not keep down what is not there`, {
            entityId: caller,
          }),
        );
        continue;
      }
      const retried = again.get(edgeKey(caller, callee));
      const said = retried && retried.now > 0 ? `, ${perSecond(retried.now)} of them second attempts` : "";
      answers.push(
        finding({
          entity: caller,
          evidence: "amplification",
          effect: amplification,
          onset: onsetOf(level.series, { direction: "up" }),
          sentence: `${names.caller} calls ${names.callee} ${perSecond(level.now)}, ${times(amplification)} as often a request as usual${said}`,
          predicate: predicate.changed(caller, "call.rate", "rate", {
            direction: "up",
            minimumChange: (level.now - level.before) / 2,
            baseline: scope.baseline,
            window: windowNow(scope, level.series.stepSeconds),
            where: { peer: callee },
          }),
          explains: [callee],
        }),
      );
    }
    return answers.length > 0 ? answers : quiet("calls follow requests as usual");
  },
});
