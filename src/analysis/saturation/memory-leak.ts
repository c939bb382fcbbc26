import { against, changes, concept, defineCheck, finding, quiet, unknown, workloads } from "../../core/check.ts";
import type { Entity } from "../../core/entity.ts";
import type { Scope } from "../../core/scope.ts";
import { predicate } from "../predicate.ts";
import { bounded, latestChange, loadRatio, usualLevel } from "../recent.ts";
import { valuesWithin } from "../statistics/series-values.ts";
import { bytes, list, seconds, times } from "../words.ts";
import { outOfMemoryExits } from "./exits.ts";
import { type Growth, steadyGrowth } from "./growth.ts";

/**
 * Memory that rises without coming back, beyond anything usual and not because of load. Silent on a level close to the
 * limit: `memory-near-limit` watches that.
 */
export const memoryLeak = defineCheck({
  id: "memory-leak",
  faultClass: "memory-leak",
  // Not caches and databases: those take up memory because that is their work.
  appliesTo: ["service", "worker", "instance", "queue", "proxy"],
  needs: {
    workingSet: concept("memory.working_set", { keep: ["instance"] }), // bytes
    heap: concept("heap.used", { keep: ["instance"] }), // bytes
    limit: concept("memory.limit", { keep: ["instance"] }), // bytes
    heapLimit: concept("heap.limit", { keep: ["instance"] }), // bytes
    rate: concept("request.rate"),
    latency: concept("request.latency"), // seconds
    workload: workloads,
    change: changes,
  },
  thresholds: {
    /** Above the highest usual value by a tenth: within it, a rise is a cycle that the baseline has seen the top of. */
    aboveUsualRatio: 1.1,
    /** Load up by half explains memory up by as much (Little's law: more requests in flight hold more). */
    loadRatio: 1.5,
    /** Slower than a hundredth of the limit an hour fills nothing within two days: no incident of tonight. */
    leastShareAnHour: 0.01,
    /** Below this share of its limit, and further from it than `soonSeconds`, memory is not short: it hurts nobody yet. */
    shortRatio: 0.6,
    soonSeconds: 7200,
  },
  examine({ entity, scope, workingSet, heap, limit, heapLimit, rate, latency, workload, change }, thresholds) {
    if (workingSet.items.length === 0 && heap.items.length === 0)
      return unknown(workingSet.why ?? heap.why ?? "no memory samples in the window");
    const signals = [
      { id: "heap.used" as const, series: heap.items, limits: heapLimit.items },
      { id: "memory.working_set" as const, series: workingSet.items, limits: limit.items },
    ];
    const state = workload.items[0];
    const declared = state?.limits.memoryBytes ?? null;
    const load = loadRatio(rate.items, scope);
    for (const { id, series, limits } of signals) {
      const usualTop = Math.max(0, ...series.flatMap((each) => valuesWithin(each, scope.baseline)));
      const growing = series.flatMap((each) => {
        const growth = steadyGrowth(each, scope.window);
        return growth && isBeyondUsual(growth, usualTop, thresholds.aboveUsualRatio) ? [{ each, growth }] : [];
      });
      const [first] = growing.sort((left, right) => right.growth.perSecond - left.growth.perSecond);
      if (!first) continue;
      const { growth } = first;
      const rise = growth.last / Math.max(growth.first, 1);
      if (load !== null && load >= thresholds.loadRatio) {
        if (rise <= load * 1.2) return against(`memory follows the load: requests are ${times(load)} the usual`);
        const longer = Math.max(1, loadRatio(latency.items, scope) ?? 1);
        if (rise <= load * longer)
          return against(
            `memory follows what is in flight: requests are ${times(load)} the usual, and each takes ${times(longer)} as long`,
          );
      }
      const cap = bounded([first.each], limits, declared)[0]?.limit ?? null;
      const share = (growth.perSecond * 3600) / (cap ?? growth.last);
      if (share < thresholds.leastShareAnHour) continue;
      const untilFullSeconds = cap === null ? null : (cap - growth.last) / growth.perSecond;
      const isShort =
        cap === null ||
        untilFullSeconds === null ||
        growth.last >= thresholds.shortRatio * cap ||
        untilFullSeconds <= thresholds.soonSeconds;
      if (!isShort && !isAboutMemory(entity, scope))
        return quiet(`memory grows, and would take ${seconds(untilFullSeconds)} until it is full: it hurts nobody yet`);
      const release = latestChange(change.items, {
        entity,
        from: scope.window.from - 86_400_000,
        until: growth.to,
        matches: ({ kind }) => kind === "deploy" || kind === "rollback",
      });
      const instances = growing.flatMap(({ each }) => each.dimensions.instance ?? []);
      const only = series.length > growing.length ? `, in ${growing.length} of ${series.length} instances` : "";
      const version = onlyVersion(instances, state?.instances ?? []);
      return finding({
        entity,
        evidence: "resource-trend",
        effect: share,
        onset: { earliest: growth.from, latest: growth.from + (growth.to - growth.from) / 3 },
        sentence: `${entity.name} keeps more memory all the time: from ${bytes(growth.first)} to ${bytes(growth.last)}${only}${version ? `, all of version ${version}` : ""}, ${bytes(growth.perSecond * 60)} a minute, and none of it comes back${instances.length > 0 && only ? ` (${list(instances)})` : ""}`,
        predicate: predicate.trend(
          entity,
          id,
          "mean",
          growth.perSecond * 0.5,
          {
            from: growth.from,
            to: growth.to,
          },
          first.each.dimensions.instance ? { instance: first.each.dimensions.instance } : {},
        ),
        changeId: release?.id ?? null,
        refutes: [
          {
            entityId: entity.id,
            faultClass: "memory-limit-too-low",
            why: "memory grows without end: any limit would be reached",
          },
        ],
      });
    }
    if (outOfMemoryExits(state?.instances ?? [], scope.baseline.to).length > 0)
      return quiet("it was ended for want of memory: what it held by then left few samples");
    const usual = [...workingSet.items, ...heap.items].some((each) => usualLevel(each, scope) !== null);
    return usual ? against("memory does not grow, or comes back") : quiet("too few samples to see a trend");
  },
});

/** Somebody complained of the growth itself: then it need not hurt anything else yet. */
function isAboutMemory(entity: Entity, { symptoms }: Scope): boolean {
  return symptoms.some(({ entityId, concept }) => entityId === entity.id && /^(memory|heap)\./.test(concept ?? ""));
}

/** A rise below what the baseline has seen is a cycle; without a baseline (a new instance) the rise must be a doubling. */
function isBeyondUsual(growth: Growth, usualTop: number, ratio: number): boolean {
  return usualTop > 0 ? growth.last >= usualTop * ratio : growth.last >= 2 * growth.first;
}

function onlyVersion(growing: string[], instances: { id: string; version: string | null }[]): string | null {
  const versionOf = (id: string) => instances.find((instance) => instance.id === id)?.version ?? null;
  const versions = new Set(growing.map(versionOf));
  const [version] = versions;
  const others = instances.filter(({ id }) => !growing.includes(id));
  return versions.size === 1 && version && others.length > 0 && others.every((other) => other.version !== version)
    ? version
    : null;
}
