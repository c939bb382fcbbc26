import { against, changes, concept, defineCheck, finding, quiet, unknown } from "../../core/check.ts";
import { entityOf } from "../../core/scope.ts";
import { couldSetOff } from "../changes/change-mechanism.ts";
import { predicate } from "../predicate.ts";
import { afterBaseline, average, latestChange, levelNow, shiftNow, sum, usualLevel, windowNow } from "../recent.ts";
import { onsetOf } from "../statistics/onset.ts";
import { clock, count, seconds, times } from "../words.ts";
import { ratchetOf, steadyGrowth } from "./growth.ts";
import { holdingOf } from "./held-connections.ts";

/**
 * Requests wait for a connection because the pool is smaller than the work. Refuted where connections are held longer
 * than usual: by something slow behind them, or because they are never given back (`connection-leak`).
 */
export const poolExhausted = defineCheck({
  id: "pool-exhausted",
  faultClass: "pool-exhausted",
  appliesTo: ["service", "worker", "instance", "proxy"],
  needs: {
    inUse: concept("pool.in_use", { keep: ["instance"] }),
    limit: concept("pool.limit", { keep: ["instance"] }),
    pending: concept("pool.pending", { keep: ["instance"] }),
    wait: concept("pool.wait"), // seconds
    rate: concept("request.rate"),
    calls: concept("call.latency", { keep: ["peer"] }), // seconds
    change: changes,
  },
  thresholds: {
    usedRatio: 0.95,
    /** Somebody waits in most samples: a single sample with a waiter is ordinary under bursts. */
    waitingShare: 0.5,
    waitSeconds: 0.01,
    waitRatio: 3,
    /** Held half as long again: beyond what a smaller pool or a busier hour does. */
    holdRatio: 1.5,
  },
  examine({ entity, scope, inUse, limit, pending, wait, rate, calls, change }, thresholds) {
    const used = sum(inUse.items);
    const waiting = sum(pending.items);
    const cap = sum(limit.items);
    if (!used && !waiting)
      return inUse.status === "empty" ? quiet("no pool here") : unknown(inUse.why ?? "no samples of a connection pool");
    const limitNow = levelNow(cap, scope);
    const usedNow = levelNow(used, scope);
    const fill = usedNow !== null && limitNow ? usedNow / limitNow : null;
    const waiters = shareAbove(waiting, scope);
    const waitShift = shiftNow(average(wait.items), scope, 0.001);
    const isWaitLong =
      waitShift !== null && waitShift.now >= thresholds.waitSeconds && (waitShift.ratio ?? 99) >= thresholds.waitRatio;
    const usualWaiters = waiting ? (usualLevel(waiting, scope) ?? 0) : 0;
    const waitingNow = levelNow(waiting, scope) ?? 0;
    const isWaiting =
      (waiters !== null && waiters >= thresholds.waitingShare && waitingNow > 2 * usualWaiters) || isWaitLong;
    if (!isWaiting) {
      if (fill !== null && fill < 0.5) return against("less than half of the pool is in use, and nobody waits for it");
      if (waiters === null && !waitShift && fill !== null && fill >= thresholds.usedRatio)
        return unknown("the pool is full; whether anybody waits for it cannot be seen");
      return quiet();
    }
    // A sampled level misses what happens between samples: three quarters of the limit beside waiters is full.
    if (fill !== null && fill < 0.75) return quiet("requests wait, and the pool is not full");
    const usualLimit = usualLevel(cap, scope);
    const isLowered = usualLimit !== null && limitNow !== null && limitNow < 0.9 * usualLimit;
    const lowered = latestChange(change.items, {
      entity,
      from: scope.window.from,
      until: scope.now,
      matches: (each) => couldSetOff(each, "pool-exhausted") >= 0.9,
    });
    const holding = holdingOf(scope, { inUse: inUse.items, rate: rate.items, calls, wait: wait.items });
    const isOwn = isLowered || lowered !== null;
    if (!isOwn && holding.holdRatio !== null && holding.holdRatio >= thresholds.holdRatio) {
      const { slowest } = holding;
      if (slowest) {
        const peer = entityOf(scope, slowest.peer)?.name ?? (slowest.peer || "what it calls");
        return against(
          `connections are held ${times(holding.holdRatio)} as long because ${peer} answers in ${seconds(slowest.seconds)}: ${times(slowest.ratio)} the usual`,
        );
      }
      if (used && (steadyGrowth(used, scope.window) || ratchetOf(used, afterBaseline(scope))))
        return against("connections pile up without more requests: they are not given back");
      if (holding.seesCalls)
        return quiet(`each connection is held ${times(holding.holdRatio)} as long, and no call is slower`);
      return unknown("connections are held longer; whether what they wait for is slow cannot be seen");
    }
    const demand = (usedNow ?? 0) + waitingNow;
    const signal = waiting && waiters !== null && waiters > 0 ? ("pool.pending" as const) : ("pool.wait" as const);
    const series = signal === "pool.pending" ? waiting : average(wait.items);
    const window = series ? windowNow(scope, series.stepSeconds) : afterBaseline(scope);
    const because =
      isLowered && limitNow !== null
        ? `; the pool was made smaller, from ${usualLimit ?? 0} to ${count(limitNow, "connection")}`
        : lowered
          ? `; ${lowered.key} was changed at ${clock(lowered.at)}`
          : holding.loadRatio !== null && holding.loadRatio >= 1.2
            ? `; requests are ${times(holding.loadRatio)} the usual`
            : "";
    return finding({
      entity,
      evidence: "saturation",
      effect: limitNow ? Math.max(1, demand / limitNow) : 1,
      onset: series ? onsetOf(series, { direction: "up" }) : null,
      sentence: `${count(Math.round(waitingNow * 10) / 10, "request")} of ${entity.name} wait${waitShift ? ` ${seconds(waitShift.now)}` : ""} for a connection${limitNow ? `, ${limitNow === 1 ? "its only connection is" : `all ${limitNow} connections are`} in use` : ""}${because}`,
      predicate:
        signal === "pool.pending"
          ? predicate.value(entity, signal, "max", ">", 0, window)
          : predicate.value(entity, signal, "max", ">=", thresholds.waitSeconds, window),
      changeId: lowered?.id ?? null,
      refutes: isOwn
        ? [{ entityId: entity.id, faultClass: "connection-leak", why: "the pool itself became smaller" }]
        : [],
    });
  },
});

/** Share of the samples now in which the level was above zero; null without samples. */
function shareAbove(series: Parameters<typeof levelNow>[0], scope: Parameters<typeof levelNow>[1]): number | null {
  if (!series) return null;
  const { from } = windowNow(scope, series.stepSeconds);
  const values = series.values.filter(
    (value, index) => value !== null && series.startAt + (index + 0.5) * series.stepSeconds * 1000 >= from,
  );
  return values.length === 0 ? null : values.filter((value) => (value ?? 0) > 0).length / values.length;
}
