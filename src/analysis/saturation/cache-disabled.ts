import { changes, concept, type Draft, defineCheck, finding, quiet, unknown } from "../../core/check.ts";
import type { EntityId } from "../../core/entity.ts";
import { callersOf, entityOf, type Scope } from "../../core/scope.ts";
import type { Series } from "../../core/series.ts";
import type { Window } from "../../core/window.ts";
import type { Change } from "../../core/workload.ts";
import { couldSetOff } from "../changes/change-mechanism.ts";
import { predicate } from "../predicate.ts";
import { shiftNow, sum, usualLevel, windowNow } from "../recent.ts";
import { onsetOf } from "../statistics/onset.ts";
import { valuesWithin } from "../statistics/series-values.ts";
import { mean } from "../statistics/summary.ts";
import { clock, perSecond } from "../words.ts";

/**
 * A cache that is no longer asked although those who ask it have as much to do as ever. Blames who stopped asking: the
 * switch is theirs. Silent where the callers' own traffic ended, and on caches that are asked and miss.
 */
export const cacheDisabled = defineCheck({
  id: "cache-disabled",
  faultClass: "cache-disabled",
  appliesTo: "scope",
  needs: {
    lookups: concept("cache.request_rate"),
    calls: concept("call.rate", { keep: ["peer"] }),
    requests: concept("request.rate"),
    change: changes,
  },
  thresholds: {
    /** A twentieth of the usual look-ups: health checks go on. */
    askedRatio: 0.05,
    /** Below one look-up in five seconds nothing falls measurably. */
    leastRate: 0.2,
    /** The asker's own requests, now over usual. */
    trafficRatio: 0.5,
  },
  examine({ scope, lookups, calls, requests, change }, thresholds) {
    if (!lookups.isReadable && !calls.isReadable) return unknown(lookups.why ?? calls.why ?? "no look-ups can be seen");
    const answers: Draft[] = [];
    const blamed = new Set<EntityId>();
    const goesOn = (id: EntityId) => {
      const traffic = shiftNow(sum(requests.items.filter((series) => series.entityId === id)), scope);
      return traffic?.ratio === undefined || traffic.ratio === null ? null : traffic.ratio >= thresholds.trafficRatio;
    };
    const stopped = (series: Series) => {
      const usual = usualLevel(series, scope) ?? 0;
      const now = mean(valuesWithin(series, sinceItFell(series, scope)));
      return usual >= thresholds.leastRate && now !== null && now <= thresholds.askedRatio * usual;
    };
    for (const series of calls.items) {
      const peer = series.dimensions.peer;
      if (!peer || entityOf(scope, peer)?.kind !== "cache" || !stopped(series)) continue;
      const isAlive = goesOn(series.entityId);
      if (isAlive === null)
        answers.push(unknown("it asks its cache no more; its own traffic cannot be seen", series.entityId));
      if (!isAlive) continue;
      blamed.add(series.entityId);
      answers.push(
        say(scope, { series, asker: series.entityId, cache: peer, signal: "call.rate", changes: change.items }),
      );
    }
    for (const series of lookups.items) {
      if (!stopped(series)) continue;
      const isCache = entityOf(scope, series.entityId)?.kind === "cache";
      // Who stopped asking is known already, or cannot be told apart: then it stays with the cache itself.
      const callers = isCache
        ? [...new Set(callersOf(scope, series.entityId).map(({ from }) => from))]
        : [series.entityId];
      if (callers.some((id) => blamed.has(id)) || blamed.has(series.entityId)) continue;
      if (!callers.some((id) => goesOn(id) === true)) continue;
      const asker = callers.length === 1 ? (callers[0] as EntityId) : series.entityId;
      answers.push(
        say(scope, { series, asker, cache: series.entityId, signal: "cache.request_rate", changes: change.items }),
      );
    }
    return answers.length > 0 ? answers : quiet();
  },
});

/**
 * Since it surely fell: the cell in which it fell is half of before. From the complaint's onset where it never did, so
 * that a cache asked now and then is not called silent for its last quiet moments.
 */
function sinceItFell(series: Series, scope: Scope): Window {
  const now = windowNow(scope, series.stepSeconds);
  const fell = onsetOf(series, { direction: "down" })?.latest ?? now.from;
  const latest = now.to - fewestCells * series.stepSeconds * 1000;
  return { from: Math.max(now.from, Math.min(fell, latest)), to: now.to };
}

/** Fewer cells of silence are a blip. */
const fewestCells = 2;

function say(
  scope: Scope,
  about: {
    series: Series;
    asker: EntityId;
    cache: EntityId;
    signal: "call.rate" | "cache.request_rate";
    changes: Change[];
  },
): Draft {
  const { series, asker, cache, signal } = about;
  const usual = usualLevel(series, scope) ?? 0;
  const name = entityOf(scope, asker)?.name ?? asker;
  const onset = onsetOf(series, { direction: "down" });
  const until = onset?.latest ?? scope.now;
  const set = about.changes.filter(
    (change) =>
      (change.kind === "flag" || couldSetOff(change, "cache-disabled") >= 0.5) &&
      (change.entityIds.includes(asker) || change.entityIds.includes(cache) || change.entityIds.length === 0) &&
      change.at >= until - 1_800_000 &&
      change.at <= until + 30_000,
  );
  const last = set.sort((left, right) => left.at - right.at).at(-1);
  const window = sinceItFell(series, scope);
  const now = mean(valuesWithin(series, window)) ?? 0;
  const where = signal === "call.rate" ? { peer: cache } : {};
  return finding({
    entity: asker,
    evidence: "state",
    effect: certaintyOfSilence(usual * ((window.to - window.from) / 1000)),
    onset,
    sentence: `${name} asks ${asker === cache ? "its cache" : (entityOf(scope, cache)?.name ?? cache)} no more: ${perSecond(now)}, usually ${perSecond(usual)}, while its own requests go on${last ? `; ${last.key ?? "a switch"} was changed at ${clock(last.at)}` : ""}`,
    predicate: predicate.changed(series.entityId, signal, "rate", {
      direction: "down",
      minimumChange: 0.5 * usual,
      baseline: scope.baseline,
      window,
      where,
    }),
    changeId: last?.id ?? null,
    refutes: [
      { entityId: cache, faultClass: "cache-too-small", why: "it is hardly asked" },
      { entityId: asker, faultClass: "cache-too-small", why: "its cache is hardly asked" },
    ],
  });
}

/**
 * That look-ups stopped is no matter of more or less. By chance none of `expected` comes with e^(−expected) (Poisson):
 * twenty missing are beyond doubt, five are likely.
 */
function certaintyOfSilence(expected: number): number {
  if (expected >= 20) return 0.8;
  return expected >= 5 ? 0.5 : 0.25;
}
