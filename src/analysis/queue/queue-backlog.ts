import { against, concept, defineCheck, finding, quiet, unknown } from "../../core/check.ts";
import { predicate } from "../predicate.ts";
import { afterBaseline, levelNow, shiftNow, sum, usualLevel } from "../recent.ts";
import { onsetOf } from "../statistics/onset.ts";
import { pointsWithin } from "../statistics/series-values.ts";
import { theilSen } from "../statistics/trend.ts";
import { count, perSecond, times } from "../words.ts";

/**
 * A queue that grows because less is worked off than comes in. Says which of the two changed. A queue that is being
 * worked off again, or that fills and empties in bursts, is none.
 */
export const queueBacklog = defineCheck({
  id: "queue-backlog",
  faultClass: "queue-backlog",
  appliesTo: ["queue", "worker", "service"],
  needs: {
    depth: concept("queue.depth"),
    published: concept("queue.publish_rate"),
    processed: concept("queue.process_rate"),
    failures: concept("queue.failure_rate"),
  },
  thresholds: {
    /** Messages: fewer are gone in a moment. */
    leastDepth: 20,
    /** Twice the usual length, and beyond its spread. */
    depthRatio: 2,
    z: 3,
    /** More than a tenth of what is worked off: slower growth is gone with the next lull. */
    growthShare: 0.1,
    slowerRatio: 0.8,
    moreRatio: 1.2,
  },
  examine({ entity, scope, depth, published, processed, failures }, thresholds) {
    const length = sum(depth.items);
    if (!length)
      return depth.status === "empty"
        ? quiet("no queue here")
        : unknown(depth.why ?? "the length of the queue cannot be seen");
    const now = levelNow(length, scope);
    const usual = usualLevel(length, scope);
    const shift = shiftNow(length, scope, thresholds.leastDepth / 4);
    if (now === null || usual === null || !shift) return unknown("too few samples of the queue");
    if (now < thresholds.leastDepth || now < thresholds.depthRatio * usual || shift.z < thresholds.z)
      return now <= 1.2 * Math.max(usual, thresholds.leastDepth / 2)
        ? against("the queue is no longer than usual")
        : quiet();
    // The latter half since the baseline: a burst that is being worked off falls again.
    const points = pointsWithin(length, afterBaseline(scope));
    const slope = theilSen(points.slice(Math.floor(points.length / 2)))?.perSecond ?? 0;
    const out = shiftNow(sum(processed.items), scope, 0.05);
    const arriving = shiftNow(sum(published.items), scope, 0.05);
    const isGrowing = slope > 0 && slope >= thresholds.growthShare * Math.max(out?.now ?? 0, 0.05);
    if (!isGrowing)
      return slope < 0 ? against("the queue is being worked off") : quiet("the queue is long, and no longer grows");
    if (!out && !arriving) return unknown("the queue grows; whether more comes in or less is done cannot be seen");
    const isSlower = out?.ratio !== null && out !== null && out.ratio <= thresholds.slowerRatio;
    const isMore = arriving?.ratio !== null && arriving !== null && arriving.ratio >= thresholds.moreRatio;
    const failing = shiftNow(sum(failures.items), scope, 0.01, 0);
    if (failing && failing.z >= 3 && failing.now >= 0.5 * Math.max(out?.now ?? 0, 0.01))
      return quiet("the queue grows because its messages fail");
    const because = isMore
      ? `${perSecond(arriving.now)} come in, ${times(arriving.ratio ?? 1)} the usual`
      : isSlower
        ? `${perSecond(out.now)} are done, usually ${perSecond(out.usual.median)}`
        : `${perSecond(slope)} more come in than are done`;
    return finding({
      entity,
      evidence: "resource-trend",
      // A queue has no limit: the share of what was usual that it gains an hour, within reason.
      effect: Math.min(100, (slope * 3600) / Math.max(now, 1)),
      onset: onsetOf(length, { direction: "up", minimumChange: thresholds.leastDepth / 2 }),
      sentence: `the queue of ${entity.name} has ${count(now, "message")}, usually ${count(usual, "message")}, and grows: ${because}`,
      predicate: predicate.value(
        entity,
        "queue.depth",
        "max",
        ">=",
        Math.max(thresholds.leastDepth, thresholds.depthRatio * usual),
        afterBaseline(scope),
      ),
      refutes:
        isSlower || !isMore
          ? []
          : [{ entityId: entity.id, faultClass: "cpu-saturation", why: "as much is done as ever; more comes in" }],
    });
  },
});
