import { against, concept, type Draft, defineCheck, finding, quiet, unknown } from "../../core/check.ts";
import { entityOf } from "../../core/scope.ts";
import { predicate } from "../predicate.ts";
import { windowNow } from "../recent.ts";
import { onsetOf } from "../statistics/onset.ts";
import { percent, seconds } from "../words.ts";
import { callsTo } from "./call-readings.ts";
import { edgeLevelsOf } from "./graph-levels.ts";

/**
 * Somebody else's service fails or got slow, judged by those who call it: nobody can look inside. Why the calls fail
 * (a name, a certificate, an address, a time-out of ours) is asked by other checks, which explain this one away.
 */
export const thirdPartyOutage = defineCheck({
  id: "third-party-outage",
  faultClass: "third-party-outage",
  appliesTo: "scope",
  needs: {
    errors: concept("call.error_ratio", { keep: ["peer"] }),
    latency: concept("call.latency", { keep: ["peer"] }), // seconds
    rate: concept("call.rate", { keep: ["peer"] }),
    timeouts: concept("call.timeout_rate", { keep: ["peer"] }),
  },
  thresholds: {
    /** One call in fifty, and beyond usual: providers fail a little all the time. */
    errorRatio: 0.02,
    slowerRatio: 2,
    slowerSeconds: 0.05,
    z: 4,
    /** Most failures are ours giving up. */
    timeoutShare: 0.5,
  },
  examine({ scope, errors, latency, rate, timeouts }, thresholds) {
    const others = scope.entities.filter(({ kind }) => kind === "external");
    if (others.length === 0) return quiet("nothing here belongs to somebody else");
    if (!errors.isReadable && !latency.isReadable)
      return others.map(({ id }) => unknown(errors.why ?? "calls to it cannot be seen", id));
    const ratios = edgeLevelsOf(errors, scope, 0.005, 0);
    const times = edgeLevelsOf(latency, scope, 0.001);
    const rates = edgeLevelsOf(rate, scope, 0.05);
    const givenUp = edgeLevelsOf(timeouts, scope, 0.02, 0);
    return others.map(({ id, name }): Draft => {
      const failing = callsTo(ratios, id)
        .filter(({ level }) => level.shift.z >= thresholds.z && level.now - level.before >= thresholds.errorRatio)
        .sort((left, right) => right.level.now - left.level.now)[0];
      const slow = callsTo(times, id)
        .filter(
          ({ level }) =>
            level.shift.z >= thresholds.z &&
            level.now - level.before >= thresholds.slowerSeconds &&
            level.now >= thresholds.slowerRatio * level.before,
        )
        .sort((left, right) => right.level.now - left.level.now)[0];
      const worst = failing ?? slow;
      if (!worst) {
        const isSeen = callsTo(ratios, id).length > 0 || callsTo(times, id).length > 0;
        return isSeen
          ? against(`calls to ${name} succeed as usual`, { entityId: id })
          : unknown("nobody's calls to it can be seen", id);
      }
      const timedOut = givenUp.get(worst.key)?.now ?? 0;
      const failed = (rates.get(worst.key)?.now ?? 0) * (failing?.level.now ?? 0);
      const took = times.get(worst.key);
      // Whoever is slow enough to be given up on takes longer than usual; one that is not was given up on too soon.
      if (
        failing &&
        took &&
        !slow &&
        timedOut >= thresholds.timeoutShare * failed &&
        failed > 0 &&
        took.now < 1.2 * took.before
      )
        return against(`calls to ${name} are given up on although it takes no longer than usual`, { entityId: id });
      const caller = entityOf(scope, worst.caller)?.name ?? worst.caller;
      const { level } = worst;
      const also =
        failing && slow ? `, and takes ${seconds(slow.level.now)}, usually ${seconds(slow.level.before)}` : "";
      return finding({
        entity: id,
        evidence: "shift",
        effect: level.shift.z,
        onset: onsetOf(level.series, { direction: "up" }),
        sentence: failing
          ? `${name} fails ${percent(level.now)} of the calls from ${caller}, usually ${percent(level.before)}${also}`
          : `${name} takes ${seconds(level.now)} to answer ${caller}, usually ${seconds(level.before)}`,
        predicate: predicate.changed(worst.caller, failing ? "call.error_ratio" : "call.latency", "mean", {
          direction: "up",
          minimumChange: (level.now - level.before) / 2,
          baseline: scope.baseline,
          window: windowNow(scope, level.series.stepSeconds),
          where: { peer: id },
        }),
      });
    });
  },
});
