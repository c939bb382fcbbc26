import { against, changes, concept, type Draft, defineCheck, finding, quiet, unknown } from "../../core/check.ts";
import { entityOf, type Scope } from "../../core/scope.ts";
import { edgeLevelsOf, endsOf, type Level, levelsOf } from "../graph/graph-levels.ts";
import { predicate } from "../predicate.ts";
import { windowNow } from "../recent.ts";
import { onsetOf } from "../statistics/onset.ts";
import { clock, percent, seconds, times } from "../words.ts";
import { changeThatCould } from "./failing-calls.ts";

/**
 * A caller gives up sooner than its callee needs: time-outs are up, and neither the callee nor the way to it became
 * slower. Refuted where one of them did.
 */
export const timeoutTooLow = defineCheck({
  id: "timeout-too-low",
  faultClass: "timeout-too-low",
  appliesTo: "scope",
  needs: {
    timeouts: concept("call.timeout_rate", { keep: ["peer"] }),
    errors: concept("call.error_ratio", { keep: ["peer"] }),
    rate: concept("call.rate", { keep: ["peer"] }),
    callLatency: concept("call.latency", { statistic: "p99", keep: ["peer"] }), // seconds
    latency: concept("request.latency"), // seconds, as the callee measures it
    change: changes,
  },
  thresholds: {
    /** Of the calls: below, slow ones of every day. */
    timeoutRatio: 0.02,
    z: 4,
    /** The callee or the way to it became slower. */
    slowerRatio: 1.5,
    slowerSeconds: 0.005,
  },
  examine({ scope, timeouts, errors, rate, callLatency, latency, change }, thresholds) {
    if (!timeouts.isReadable && !errors.isReadable) return unknown(timeouts.why ?? "time-outs cannot be seen");
    const counted = edgeLevelsOf(timeouts, scope, 0.02, 0);
    const failed = edgeLevelsOf(errors, scope, 0.005, 0);
    const rates = edgeLevelsOf(rate, scope, 0.05);
    const ways = edgeLevelsOf(callLatency, scope, 0.001);
    const served = levelsOf(latency, scope, 0.001);
    const isSlower = (level: Level | undefined) =>
      level !== undefined &&
      level.shift.z >= thresholds.z &&
      level.now >= thresholds.slowerRatio * level.before &&
      level.now - level.before >= thresholds.slowerSeconds;
    const signal = counted.size > 0 ? counted : failed;
    const answers = [...signal].flatMap(([key, level]): Draft[] => {
      const { caller, callee } = endsOf(key);
      const asked = rates.get(key)?.now ?? 0;
      const share = signal === failed ? level.now : asked > 0 ? level.now / asked : 0;
      if (share < thresholds.timeoutRatio || level.shift.z < thresholds.z) return [];
      const set = changeThatCould("timeout-too-low", {
        entityId: caller,
        peer: callee,
        changes: change.items,
        scope,
        series: level.series,
      });
      // Errors are no time-outs: without a count of those only the changed setting speaks of one.
      if (signal === failed && !set) return [];
      const own = served.get(callee);
      const way = ways.get(key);
      // The callee measures calls that were given up on to their end; the way is cut off at the time-out.
      if (isSlower(own))
        return [
          against(
            `${nameOf(scope, callee)} itself takes ${times((own as Level).now / Math.max((own as Level).before, 1e-6))} as long as usual`,
            { entityId: caller },
          ),
        ];
      if (isSlower(way) && !set)
        return [
          against(`calls to ${nameOf(scope, callee)} take longer than usual: the way, not the patience`, {
            entityId: caller,
          }),
        ];
      if (!own && !way) return [unknown("whether the callee became slower cannot be seen", caller)];
      const ceiling = way ? `; none lasts longer than ${seconds(way.now)}` : "";
      const onset = onsetOf(level.series, { direction: "up" });
      const changed = set ? `; ${set.change.key ?? "a time-out"} was changed at ${clock(set.change.at)}` : "";
      const shift = finding({
        entity: caller,
        evidence: "shift",
        effect: level.shift.z,
        onset,
        sentence: `${nameOf(scope, caller)} gives up on ${percent(share)} of its calls to ${nameOf(scope, callee)}, which is as quick as usual${ceiling}${changed}`,
        predicate: predicate.value(
          caller,
          signal === failed ? "call.error_ratio" : "call.timeout_rate",
          signal === failed ? "mean" : "rate",
          ">=",
          level.now * 0.8,
          windowNow(scope, level.series.stepSeconds),
          { peer: callee },
        ),
        changeId: set?.change.id ?? null,
        refutes: [{ entityId: callee, faultClass: "dependency-down", why: "it answers as quickly as usual" }],
        explains: [callee],
      });
      // Silent about callees that nobody can look into, unless a setting was changed: their slowness would look alike.
      if (!own && !set) return [unknown(`whether ${nameOf(scope, callee)} became slower cannot be seen`, caller)];
      if (!set) return [shift];
      return [shift, content(scope, { caller, set, onset })];
    });
    return answers.length > 0 ? answers : quiet();
  },
});

type Set = NonNullable<ReturnType<typeof changeThatCould>>;

function content(
  scope: Scope,
  { caller, set, onset }: { caller: string; set: Set; onset: ReturnType<typeof onsetOf> },
): Draft {
  return finding({
    entity: caller,
    evidence: "change-content",
    effect: set.weight,
    onset,
    sentence: `${set.change.key ?? "a time-out"} of ${nameOf(scope, caller)} was lowered at ${clock(set.change.at)}`,
    predicate: predicate.change(set.change.id, { from: set.change.at, to: set.change.at }),
    changeId: set.change.id,
  });
}

const nameOf = (scope: Scope, id: string): string => entityOf(scope, id)?.name ?? id;
