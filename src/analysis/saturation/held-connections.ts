import type { Reading } from "../../core/check.ts";
import { entityOf, type Scope } from "../../core/scope.ts";
import type { Series } from "../../core/series.ts";
import { average, shiftNow, sum } from "../recent.ts";
import { combineSeries } from "../statistics/series-values.ts";

/** Why connections of a pool are in use: how often they are asked for, and how long each is held. */
type Holding = {
  /** Seconds of connection a request, now over usual (Little's law: in use = rate × hold). Null when not measurable. */
  holdRatio: number | null;
  /** Requests now over usual. */
  loadRatio: number | null;
  /** The peer whose calls became slowest, with latency now over usual; null when no call latency could be read. */
  slowest: { peer: string; ratio: number; seconds: number } | null;
  /** True when call latencies could be read at all: then a hold without a slow peer is the holder's own. */
  seesCalls: boolean;
};

/** A call to hurt a pool must take longer by at least this much: a cache at 0.3 ms instead of 0.1 ms holds nothing. */
const leastSlowerSeconds = 0.005;

export function holdingOf(
  scope: Scope,
  {
    inUse,
    rate,
    calls,
    wait,
  }: { inUse: readonly Series[]; rate: readonly Series[]; calls: Reading<Series>; wait: readonly Series[] },
): Holding {
  const used = sum(inUse);
  const requests = sum(rate);
  const hold =
    used && requests
      ? combineSeries([used, requests], ([level = 0, each = 0]) => (each > 0 ? level / each : null))
      : null;
  const waited = shiftNow(average(wait), scope, 0.001);
  const slower = calls.items.flatMap((series) => {
    const shift = shiftNow(series, scope, 0.001);
    if (!shift || shift.difference < leastSlowerSeconds || shift.z < 3) return [];
    const peer = series.dimensions.peer ?? "";
    // Clients measure a database call from before they have a connection: waiting for one is not the database's slowness.
    const isPooled = entityOf(scope, peer)?.kind === "database";
    const ownWait = isPooled ? Math.max(0, waited?.difference ?? 0) : 0;
    if (shift.difference - ownWait < Math.max(leastSlowerSeconds, 0.2 * shift.difference)) return [];
    return [{ peer, ratio: shift.ratio ?? 99, seconds: shift.now }];
  });
  return {
    holdRatio: shiftNow(hold, scope)?.ratio ?? null,
    loadRatio: shiftNow(requests, scope)?.ratio ?? null,
    slowest: slower.sort((left, right) => right.ratio - left.ratio)[0] ?? null,
    seesCalls: calls.items.length > 0,
  };
}
