import { against, concept, defineCheck, finding, quiet, unknown } from "../../core/check.ts";
import type { Series } from "../../core/series.ts";
import { predicate } from "../predicate.ts";
import { levelNow, loadRatio, shiftNow, windowNow } from "../recent.ts";
import { onsetOf } from "../statistics/onset.ts";
import { percent, seconds, times } from "../words.ts";

/** One thread does something long while all other requests of the process wait. Refuted by garbage collection and load. */
export const eventLoopBlocked = defineCheck({
  id: "event-loop-blocked",
  faultClass: "event-loop-blocked",
  appliesTo: ["service", "worker", "instance", "proxy"],
  needs: {
    delay: concept("event_loop.delay", { keep: ["instance"] }), // seconds
    use: concept("event_loop.utilization", { keep: ["instance"] }),
    collecting: concept("gc.time_ratio"),
    rate: concept("request.rate"),
  },
  thresholds: {
    /** 50 ms on top of a request's own time is felt; a healthy Node process stays below 20 ms (sampling resolution 10 ms). */
    delaySeconds: 0.05,
    delayRatio: 3,
    z: 4,
    usedRatio: 0.9,
    /** A third of the time in collections explains the pauses by memory. */
    collectingRatio: 0.3,
  },
  examine({ entity, scope, delay, use, collecting, rate }, thresholds) {
    if (delay.items.length === 0 && use.items.length === 0) {
      return delay.isReadable && delay.status === "empty"
        ? quiet("no event loop here")
        : unknown(delay.why ?? "no samples of the event loop");
    }
    const worst = worstOf(delay.items, (series) => shiftNow(series, scope, 0.005)?.z ?? 0);
    const shift = shiftNow(worst, scope, 0.005);
    const now = levelNow(worst, scope) ?? 0;
    const busiest = worstOf(use.items, (series) => levelNow(series, scope) ?? 0);
    const used = levelNow(busiest, scope);
    const isDelayed =
      shift !== null &&
      now >= thresholds.delaySeconds &&
      shift.z >= thresholds.z &&
      (shift.ratio ?? 99) >= thresholds.delayRatio;
    if (!isDelayed) {
      if (delay.items.length > 0 && now < thresholds.delaySeconds / 2 && (used ?? 0) < 0.5)
        return against("the event loop is free");
      return delay.items.length > 0 || used === null || used < thresholds.usedRatio
        ? quiet()
        : unknown("the event loop is busy; its delay cannot be seen");
    }
    const garbage = levelNow(collecting.items[0], scope);
    if (garbage !== null && garbage >= thresholds.collectingRatio)
      return against(
        `${percent(garbage)} of the time goes into collecting garbage: memory, not work, stops the thread`,
      );
    const load = loadRatio(rate.items, scope);
    const usedShift = shiftNow(busiest, scope);
    if (load !== null && load >= 1.5 && (usedShift?.ratio ?? 1) <= load * 1.2)
      return against(`the thread is as busy as ${times(load)} the usual requests make it`);
    const window = windowNow(scope, worst?.stepSeconds ?? 60);
    const onset = worst ? onsetOf(worst, { direction: "up", minimumChange: thresholds.delaySeconds / 2 }) : null;
    const where = worst?.dimensions.instance ? { instance: worst.dimensions.instance } : {};
    const answers = [
      finding({
        entity,
        evidence: "shift",
        effect: shift.z,
        onset,
        sentence: `requests to ${entity.name} wait ${seconds(now)} for its one thread, usually ${seconds(shift.usual.median)}`,
        predicate: predicate.value(entity, "event_loop.delay", "max", ">=", thresholds.delaySeconds, window, where),
      }),
    ];
    if (used !== null && used >= thresholds.usedRatio && busiest)
      answers.push(
        finding({
          entity,
          evidence: "saturation",
          effect: used,
          onset,
          sentence: `the thread of ${entity.name} is busy ${percent(used)} of the time`,
          predicate: predicate.value(entity, "event_loop.utilization", "max", ">=", thresholds.usedRatio, window),
        }),
      );
    return answers;
  },
});

function worstOf(items: readonly Series[], measure: (series: Series) => number): Series | undefined {
  return [...items].sort((left, right) => measure(right) - measure(left))[0];
}
