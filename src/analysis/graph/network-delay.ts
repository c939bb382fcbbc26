import { concept, type Draft, databaseActivity, defineCheck, finding, quiet, unknown } from "../../core/check.ts";
import type { EntityId } from "../../core/entity.ts";
import type { DatabaseActivity } from "../../core/observation.ts";
import { entityOf, type Scope } from "../../core/scope.ts";
import { predicate } from "../predicate.ts";
import { windowNow } from "../recent.ts";
import { onsetOf } from "../statistics/onset.ts";
import { seconds } from "../words.ts";
import { type Calls, callsFrom, callsTo } from "./call-readings.ts";
import { edgeLevelsOf, type Level, levelsOf } from "./graph-levels.ts";

/**
 * Time that neither the caller nor the callee spends, on the way between the two. Where the callee has no telemetry of
 * its own, a database's own account of its statements stands in, or, weaker, another caller that waits no longer. Silent where a busy process at either end can hold up
 * its own calls: a blocked thread looks like a slow network.
 */
export const networkDelay = defineCheck({
  id: "network-delay",
  faultClass: "network-delay",
  appliesTo: "scope",
  needs: {
    gap: concept("call.network_gap", { keep: ["peer"] }), // seconds
    callLatency: concept("call.latency", { keep: ["peer"] }), // seconds
    callRate: concept("call.rate", { keep: ["peer"] }),
    latency: concept("request.latency"), // seconds
    rate: concept("request.rate"),
    loopDelay: concept("event_loop.delay"), // seconds
    activity: databaseActivity,
  },
  thresholds: {
    z: 4,
    /** Within a data centre a round trip is below a millisecond; less than this is queueing noise. */
    leastSeconds: 0.005,
    slowerRatio: 1.5,
    /** A thread that is late by this much delays what it sends and receives. */
    loopDelaySeconds: 0.02,
  },
  examine({ scope, ...readings }, thresholds) {
    if (!readings.gap.isReadable && !readings.callLatency.isReadable)
      return unknown(readings.gap.why ?? "the time between callers and callees cannot be seen");
    const gaps = edgeLevelsOf(readings.gap, scope, 0.001);
    const latencies = edgeLevelsOf(readings.callLatency, scope, 0.001);
    const loops = levelsOf(readings.loopDelay, scope, 0.002);
    const served = levelsOf(readings.latency, scope, 0.001);
    const slower = ({ level }: Calls) =>
      level.shift.z >= thresholds.z &&
      level.now - level.before >= thresholds.leastSeconds &&
      level.now >= thresholds.slowerRatio * level.before;
    const isBusy = (id: EntityId) => {
      const loop = loops.get(id);
      return loop !== undefined && loop.now >= thresholds.loopDelaySeconds && loop.shift.z >= thresholds.z;
    };
    const answers: Draft[] = [];
    for (const entity of scope.entities) {
      const hasGaps = callsTo(gaps, entity.id).length > 0;
      const calls = hasGaps ? callsTo(gaps, entity.id) : callsTo(latencies, entity.id);
      const slow = calls.filter(slower).filter(({ caller }) => !isBusy(caller));
      if (slow.length === 0 || isBusy(entity.id)) continue;
      const said = readings.activity.items.find(({ entityId }) => entityId === entity.id);
      if (!hasGaps && said && isServerSlow(said)) continue;
      // Without a gap and the callee's own word only the contrast between callers tells the way from the end of it.
      if (!hasGaps && !said && (calls.length < 2 || slow.length === calls.length)) continue;
      const [worst] = slow.sort(
        (left, right) => right.level.now - right.level.before - (left.level.now - left.level.before),
      );
      if (!worst) continue;
      const elsewhere = callsFrom(hasGaps ? gaps : latencies, worst.caller).filter((call) => call.callee !== entity.id);
      // Every way out of the caller is slow: it is the caller, not this way.
      if (elsewhere.length >= 2 && elsewhere.every(slower)) continue;
      // Callers of one database ask for different tables: their contrast alone says little of the way there.
      const weight = hasGaps || said ? 1 : 0.3;
      answers.push(say(scope, { worst, isGap: hasGaps, entityId: entity.id, felt: served.get(worst.caller), weight }));
    }
    return answers.length > 0 ? answers : quiet("between callers and callees passes no more time than usual");
  },
});

/** A statement half as slow again, or sessions that wait for each other: the time passes in the database itself. */
function isServerSlow({ statements, blockers, running }: DatabaseActivity): boolean {
  const slower = statements.some(
    ({ meanSeconds, before }) =>
      before !== null && meanSeconds >= 1.5 * before.meanSeconds && meanSeconds - before.meanSeconds >= 0.002,
  );
  return (
    slower ||
    blockers.some(({ waiting }) => waiting > 0) ||
    running.length > 0 ||
    statements.every(({ before }) => before === null)
  );
}

function say(
  scope: Scope,
  {
    worst,
    isGap,
    entityId,
    felt,
    weight,
  }: { worst: Calls; isGap: boolean; entityId: EntityId; felt: Level | undefined; weight: number },
): Draft {
  const { level, caller } = worst;
  const name = entityOf(scope, entityId)?.name ?? entityId;
  const from = entityOf(scope, caller)?.name ?? caller;
  const gained = level.now - level.before;
  const share = felt && felt.now > felt.before ? gained / (felt.now - felt.before) : 1;
  return finding({
    entity: entityId,
    evidence: "network-gap",
    effect: weight * Math.max(0.3, Math.min(1, share)),
    onset: onsetOf(level.series, { direction: "up" }),
    sentence: isGap
      ? `Between ${from} and ${name} a call is under way for ${seconds(level.now)}, usually ${seconds(level.before)}`
      : `${name} answers ${from} in ${seconds(level.now)}, usually ${seconds(level.before)}, and others as fast as ever`,
    predicate: predicate.changed(caller, isGap ? "call.network_gap" : "call.latency", "mean", {
      direction: "up",
      minimumChange: gained / 2,
      baseline: scope.baseline,
      window: windowNow(scope, level.series.stepSeconds),
      where: { peer: entityId },
    }),
  });
}
