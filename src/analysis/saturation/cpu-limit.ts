import { against, changes, concept, defineCheck, finding, quiet, unknown, workloads } from "../../core/check.ts";
import { couldSetOff } from "../changes/change-mechanism.ts";
import { predicate } from "../predicate.ts";
import { average, bounded, latestChange, levelNow, loadRatio, shiftNow, usualLevel, windowNow } from "../recent.ts";
import { onsetOf } from "../statistics/onset.ts";
import { clock, inUnit, percent, times } from "../words.ts";
import { costOfRequest } from "./cpu-saturation.ts";

/**
 * Work that is as dear as ever meets a processor limit that is too low for it. Refuted when each request became dearer:
 * then the code is at fault. Throttling that makes nobody wait is no incident.
 */
export const cpuLimit = defineCheck({
  id: "cpu-limit",
  faultClass: "cpu-limit-too-low",
  appliesTo: ["service", "worker", "instance", "cache", "queue", "proxy", "database"],
  needs: {
    usage: concept("cpu.usage", { keep: ["instance"] }), // cores
    limit: concept("cpu.limit", { keep: ["instance"] }), // cores
    throttled: concept("cpu.throttled_ratio"),
    rate: concept("request.rate"),
    latency: concept("request.latency", { statistic: "p95" }),
    workload: workloads,
    change: changes,
  },
  thresholds: {
    /** kubernetes-mixin, CPUThrottlingHigh: a quarter of the periods. */
    throttledRatio: 0.25,
    usedRatio: 0.95,
    /** See `cpu-saturation`. */
    costRatio: 1.5,
    /** Latency that left its usual range at all. */
    latencyZ: 3,
  },
  examine({ entity, scope, usage, limit, throttled, rate, latency, workload, change }, thresholds) {
    const held = average(throttled.items);
    const declared = workload.items[0]?.limits.cpuCores ?? null;
    const [worst] = bounded(usage.items, limit.items, declared)
      .map((each) => ({ ...each, level: levelNow(each.ratio, scope) ?? 0 }))
      .sort((left, right) => right.level - left.level);
    const throttledNow = levelNow(held, scope);
    if (throttledNow === null && !worst) {
      if (usage.items.length > 0 && limit.isReadable) return quiet("no processor limit set");
      return unknown(throttled.why ?? limit.why ?? "neither throttling nor use against a limit can be seen");
    }
    const isThrottled = throttledNow !== null && throttledNow >= thresholds.throttledRatio;
    const isFull = worst !== undefined && worst.level >= thresholds.usedRatio;
    if (!isThrottled && !isFull)
      return worst && worst.level < 0.5 ? against("less than half of the processor limit is used") : quiet();
    const usualThrottled = usualLevel(held, scope);
    if (isThrottled && !isFull && usualThrottled !== null && usualThrottled >= 0.8 * throttledNow)
      return quiet("throttled as much as ever");
    const cost = shiftNow(costOfRequest(usage.items, rate.items), scope);
    if (cost?.ratio && cost.ratio >= thresholds.costRatio)
      return against(`each request needs ${times(cost.ratio)} the usual processor time: the code, not the limit`);
    const slower = shiftNow(average(latency.items), scope, 0.001);
    if (slower && slower.z < thresholds.latencyZ) return quiet("at its processor limit, and nobody waits longer");
    const lowered = latestChange(change.items, {
      entity,
      from: scope.window.from,
      until: scope.now,
      matches: (each) => couldSetOff(each, "cpu-limit-too-low") >= 0.5,
    });
    const load = loadRatio(rate.items, scope);
    const because = lowered
      ? `; the limit was changed at ${clock(lowered.at)}`
      : load !== null && load >= 1.2
        ? `; requests are ${times(load)} the usual`
        : "";
    const series = isThrottled ? held : (worst?.used ?? null);
    const window = windowNow(scope, series?.stepSeconds ?? 60);
    return finding({
      entity,
      evidence: "saturation",
      effect: worst ? Math.max(worst.level, isThrottled ? 1 : 0) : 1,
      onset: series ? onsetOf(series, { direction: "up" }) : null,
      sentence: isThrottled
        ? `${entity.name} is held back by its processor limit in ${percent(throttledNow)} of the time${because}`
        : `${entity.name} uses ${percent(worst?.level ?? 1)} of its ${inUnit(worst?.limit ?? 0, "{core}")}${because}`,
      predicate: isThrottled
        ? predicate.value(entity, "cpu.throttled_ratio", "max", ">=", thresholds.throttledRatio, window)
        : predicate.value(
            entity,
            "cpu.usage",
            "max",
            ">=",
            thresholds.usedRatio * (worst?.limit ?? 0),
            window,
            worst?.instance ? { instance: worst.instance } : {},
          ),
      changeId: lowered?.id ?? null,
    });
  },
});
