import { against, concept, type Draft, defineCheck, finding, quiet, unknown } from "../../core/check.ts";
import { callersOf } from "../../core/scope.ts";
import { isSurelyBefore } from "../../core/window.ts";
import { levelsOf } from "../graph/graph-levels.ts";
import { predicate } from "../predicate.ts";
import { windowNow } from "../recent.ts";
import { onsetOf } from "../statistics/onset.ts";
import { perSecond, times } from "../words.ts";

/**
 * More requests than usual come in from outside, before anything else moves. Said of the outermost entity that sees
 * them; what its own callees do to each other is `retry-storm`.
 */
export const trafficSurge = defineCheck({
  id: "traffic-surge",
  faultClass: "traffic-surge",
  appliesTo: "scope",
  needs: { rate: concept("request.rate") },
  thresholds: {
    /** Half as much again: estates keep about that much room (the usual headroom of 60–70 % utilisation). */
    ratio: 1.5,
    z: 4,
    /** Below one request in two seconds a few more are no surge. */
    leastRate: 0.5,
  },
  examine({ scope, rate }, thresholds) {
    const levels = levelsOf(rate, scope, 0.05);
    if (levels.size === 0) return unknown(rate.why ?? "no request rate can be seen");
    const risen = new Map(
      [...levels].filter(
        ([, { now, before, shift }]) =>
          now >= thresholds.leastRate && now >= thresholds.ratio * before && shift.z >= thresholds.z,
      ),
    );
    const answers: Draft[] = [];
    for (const entity of scope.entities) {
      const level = levels.get(entity.id);
      if (!level) continue;
      const callers = callersOf(scope, entity.id).filter(({ from }) => levels.has(from));
      if (!risen.has(entity.id)) {
        if (callers.length === 0 && level.before >= thresholds.leastRate)
          answers.push(
            against(`no more requests come in than usual: ${perSecond(level.now)}`, { entityId: entity.id }),
          );
        continue;
      }
      // Inside, more calls come from callers: their surge, or their retries.
      if (callers.length > 0) continue;
      const onset = onsetOf(level.series, { direction: "up" });
      if (onset && scope.onset && isSurelyBefore(scope.onset, onset)) {
        answers.push(against("requests rose only after the trouble began: people try again", { entityId: entity.id }));
        continue;
      }
      answers.push(
        finding({
          entity,
          evidence: "load",
          effect: level.before > 0 ? level.now / level.before : 5,
          onset,
          sentence: `${perSecond(level.now)} requests come in at ${entity.name}, ${level.before > 0 ? times(level.now / level.before) : "not one"} the usual`,
          predicate: predicate.changed(entity, "request.rate", "rate", {
            direction: "up",
            minimumChange: (level.now - level.before) / 2,
            baseline: scope.baseline,
            window: windowNow(scope, level.series.stepSeconds),
          }),
        }),
      );
    }
    return answers.length > 0 ? answers : quiet("traffic is as usual");
  },
});
