import { against, changes, concept, defineCheck, finding, quiet, unknown } from "../../core/check.ts";
import { couldSetOff } from "../changes/change-mechanism.ts";
import { predicate } from "../predicate.ts";
import { average, bounded, latestChange, levelNow, shiftNow, sum, usualLevel, windowNow } from "../recent.ts";
import { onsetOf } from "../statistics/onset.ts";
import { bytes, clock, percent, perSecond } from "../words.ts";

/** A full cache throws out what is still needed: evictions up and hits down. Refuted by a cache that is no longer asked. */
export const cacheTooSmall = defineCheck({
  id: "cache-too-small",
  faultClass: "cache-too-small",
  appliesTo: ["cache", "service", "worker", "database"],
  needs: {
    hits: concept("cache.hit_ratio"),
    lookups: concept("cache.request_rate"),
    evictions: concept("cache.eviction_rate"),
    used: concept("cache.used"), // bytes
    limit: concept("cache.limit"), // bytes
    change: changes,
  },
  thresholds: {
    /** A tenth of all look-ups that used to hit now miss: what lies behind gets noticeably more to do. */
    hitFall: 0.1,
    z: 3,
    usedRatio: 0.9,
    /** Fewer look-ups than a fifth of the usual: it is not asked, which is another fault. */
    askedRatio: 0.2,
  },
  examine({ entity, scope, hits, lookups, evictions, used, limit, change }, thresholds) {
    const hit = average(hits.items);
    const asked = shiftNow(sum(lookups.items), scope);
    const evicted = sum(evictions.items);
    if (!hit && !evicted)
      return hits.status === "empty" ? quiet("no cache here") : unknown(hits.why ?? "no samples of a cache");
    if (asked?.ratio !== null && asked !== null && asked.ratio <= thresholds.askedRatio)
      return against("the cache is hardly asked any more");
    const hitShift = shiftNow(hit, scope, 0.02);
    const eviction = shiftNow(evicted, scope, 0.1, 0);
    const isFalling = hitShift !== null && hitShift.difference <= -thresholds.hitFall && hitShift.z <= -thresholds.z;
    if (!isFalling) {
      if (!hitShift && eviction && eviction.z >= thresholds.z)
        return unknown("evictions are up; whether hits fell cannot be seen");
      return hitShift && hitShift.z > -1 ? against("the cache hits as often as usual") : quiet();
    }
    if (!evicted || !eviction) {
      return evictions.isReadable && evictions.status !== "empty"
        ? quiet()
        : unknown("hits fell; whether the cache throws out entries cannot be seen");
    }
    if (eviction.now <= 0.01 || (eviction.z < thresholds.z && (eviction.ratio ?? 99) < 1.5))
      return against(
        "hits fell, and nothing more than usual is thrown out: the cache was emptied or is asked for other things",
      );
    const cap = bounded(used.items, limit.items)[0];
    const fill = cap ? levelNow(cap.ratio, scope) : null;
    const limitSeries = limit.items[0];
    const before = usualLevel(limitSeries, scope);
    const isLowered = cap !== undefined && before !== null && cap.limit < 0.9 * before;
    const lowered = latestChange(change.items, {
      entity,
      from: scope.window.from,
      until: scope.now,
      matches: (each) =>
        couldSetOff(each, "cache-too-small") >= 0.9 || couldSetOff(each, "memory-limit-too-low") >= 0.9,
    });
    // Entries that run out are counted as thrown out by some caches. In a cache that was made smaller, though, one large
    // entry drives out all others and leaves it nearly empty.
    if (fill !== null && fill < thresholds.usedRatio * 0.8 && !isLowered && !lowered)
      return quiet("entries are thrown out, and the cache is not full");
    const because = isLowered
      ? `; its limit is ${bytes(cap.limit)}, ${bytes(before)} before`
      : lowered
        ? `; ${lowered.key ?? "its limit"} was changed at ${clock(lowered.at)}`
        : "";
    const window = windowNow(scope, (hit ?? evicted).stepSeconds);
    const answers = [
      finding({
        entity,
        evidence: "shift",
        effect: Math.max(-hitShift.z, eviction.z),
        onset: hit ? onsetOf(hit, { direction: "down", minimumChange: thresholds.hitFall / 2 }) : null,
        sentence: `${entity.name} hits ${percent(hitShift.now)} of the time, usually ${percent(hitShift.usual.median)}, and throws out ${perSecond(eviction.now)}${because}`,
        predicate: predicate.all(
          predicate.changed(entity, "cache.hit_ratio", "mean", {
            direction: "down",
            minimumChange: thresholds.hitFall / 2,
            baseline: scope.baseline,
            window,
          }),
          predicate.value(entity, "cache.eviction_rate", "max", ">", 0, window),
        ),
        changeId: lowered?.id ?? null,
        refutes: [{ entityId: entity.id, faultClass: "cache-disabled", why: "the cache is asked, and it is full" }],
      }),
    ];
    if (fill !== null && fill >= thresholds.usedRatio && cap)
      answers.push(
        finding({
          entity,
          evidence: "saturation",
          effect: fill,
          sentence: `${entity.name} is full: ${bytes(fill * cap.limit)} of ${bytes(cap.limit)}`,
          predicate: predicate.value(entity, "cache.used", "max", ">=", thresholds.usedRatio * cap.limit, window),
          changeId: lowered?.id ?? null,
        }),
      );
    return answers;
  },
});
