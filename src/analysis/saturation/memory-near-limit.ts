import { against, changes, concept, defineCheck, finding, quiet, unknown, workloads } from "../../core/check.ts";
import type { Scope } from "../../core/scope.ts";
import type { Series } from "../../core/series.ts";
import type { Window } from "../../core/window.ts";
import { couldSetOff } from "../changes/change-mechanism.ts";
import { predicate } from "../predicate.ts";
import { afterBaseline, type Bounded, bounded, latestChange, levelNow, loadRatio } from "../recent.ts";
import { pointsWithin, valuesWithin } from "../statistics/series-values.ts";
import { median } from "../statistics/summary.ts";
import { bytes, clock, percent, times } from "../words.ts";
import { outOfMemoryExits } from "./exits.ts";
import { steadyGrowth } from "./growth.ts";

/**
 * Working set close to the limit at which the kernel or the runtime ends the process, or already ended by it.
 * Silent on growth without end: `memory-leak` watches that. What was killed far above what it always needed, under the
 * same limit and load, is charged to whatever makes it hold more: the limit is as wide as ever.
 */
export const memoryNearLimit = defineCheck({
  id: "memory-near-limit",
  faultClass: "memory-limit-too-low",
  alsoNames: ["memory-leak"],
  appliesTo: ["service", "worker", "instance", "cache", "queue", "proxy", "database"],
  needs: {
    workingSet: concept("memory.working_set", { keep: ["instance"] }), // bytes
    heap: concept("heap.used", { keep: ["instance"] }), // bytes
    limit: concept("memory.limit", { keep: ["instance"] }), // bytes
    heapLimit: concept("heap.limit", { keep: ["instance"] }), // bytes
    rate: concept("request.rate"),
    workload: workloads,
    change: changes,
  },
  thresholds: {
    /** The kubernetes-mixin and Coroot warn from 0.9; below, page cache and garbage make a high working set ordinary. */
    usedRatio: 0.9,
    /** Half free room: whatever is wrong, it is not the limit. */
    roomRatio: 0.5,
    /** Of the limit: who usually needs less than this was not killed for a limit that is too low. */
    amplyRatio: 0.65,
  },
  examine(
    { entity, scope, workingSet, heap, limit, heapLimit, rate, workload, change },
    { usedRatio, roomRatio, amplyRatio },
  ) {
    const state = workload.items[0];
    const sets = bounded(workingSet.items, limit.items, state?.limits.memoryBytes ?? null);
    const heaps = bounded(heap.items, heapLimit.items);
    const exits = outOfMemoryExits(state?.instances ?? [], scope.baseline.to);
    const [worst] = fullestFirst(sets, heaps, scope);
    if (!worst && exits.length === 0) {
      if (workingSet.items.length === 0 && heap.items.length === 0)
        return unknown(workingSet.why ?? "no memory samples in the window");
      if (!limit.isReadable && !workload.isReadable) return unknown(limit.why ?? "the memory limit cannot be read");
      return quiet("no memory limit set");
    }
    const lowered = latestChange(change.items, {
      entity,
      from: scope.window.from,
      until: scope.now,
      matches: (each) => couldSetOff(each, "memory-limit-too-low") >= 0.5,
    });
    const used = worst ? usualUse(worst.isHeap ? heap.items : workingSet.items, scope) : null;
    const isUsualNeed = used !== null && worst !== undefined && used >= 0.8 * worst.limit;
    const isGrowing = worst !== undefined && steadyGrowth(worst.used, scope.window) !== null;
    const load = loadRatio(rate.items, scope);
    const isLoad = load !== null && load >= 1.5;
    const isLeak = isGrowing && !isUsualNeed && !isLoad && !lowered;
    if (isLeak && exits.length === 0) return quiet("memory grows without end: that is a leak, not a limit");
    const refutes =
      isUsualNeed && (!isGrowing || lowered)
        ? [{ entityId: entity.id, faultClass: "memory-leak" as const, why: "what it uses is what it always used" }]
        : [];
    const because = lowered
      ? `; the limit was changed at ${clock(lowered.at)}`
      : isUsualNeed
        ? "; it always needed that much"
        : isLoad
          ? `; requests are ${times(load)} the usual`
          : "";
    const answers = [];
    const [exit] = exits;
    const isAmple = used !== null && worst !== undefined && used < amplyRatio * worst.limit && !lowered && !isLoad;
    const isHolding = isAmple || isLeak;
    const release = isHolding
      ? latestChange(change.items, {
          entity,
          from: scope.window.from,
          until: exit?.at ?? scope.now,
          matches: ({ kind }) => kind === "deploy" || kind === "flag",
        })
      : null;
    const instead =
      isAmple && used !== null && worst ? `; usually ${bytes(used)} of ${bytes(worst.limit)} suffice` : null;
    if (exit) {
      answers.push(
        finding({
          entity,
          faultClass: isHolding ? "memory-leak" : "memory-limit-too-low",
          evidence: "state",
          // Five times the usual requests need more memory under any limit: then the limit says little.
          effect: isLoad && !lowered ? 1 / load : 1,
          // Only the last end is told: after several the first may have been at any time since all was well.
          onset: { earliest: exit.restarts > 1 ? scope.baseline.to : exit.at - 60_000, latest: exit.at },
          sentence: `${entity.name} was ended for want of memory: ${exits.length} of ${state?.instances.length ?? 1} instances, last at ${clock(Math.max(...exits.map(({ at }) => at)))}${instead ?? because}`,
          predicate: predicate.field(entity, `instances.${exit.index}.lastExit.reason`, "=", exit.reason),
          changeId: lowered?.id ?? release?.id ?? null,
          refutes: isHolding
            ? [
                {
                  entityId: entity.id,
                  faultClass: "memory-limit-too-low",
                  why: isAmple ? "the limit was always wide enough" : "memory grew: any limit would be reached",
                },
              ]
            : refutes,
        }),
      );
    }
    if (worst && worst.level >= usedRatio && !isHolding) {
      const id = worst.isHeap ? "heap.used" : "memory.working_set";
      const { instance } = worst;
      answers.push(
        finding({
          entity,
          evidence: "saturation",
          effect: worst.level,
          sentence: `${entity.name} uses ${bytes(worst.level * worst.limit)} of ${bytes(worst.limit)} memory (${percent(worst.level)})${because}`,
          predicate: predicate.value(
            entity,
            id,
            "max",
            ">=",
            usedRatio * worst.limit,
            afterBaseline(scope),
            instance ? { instance } : {},
          ),
          changeId: lowered?.id ?? null,
          refutes,
        }),
      );
    }
    if (answers.length > 0) return answers;
    // What was killed leaves no samples behind: only a platform that tells exits can say that nothing was killed.
    if (worst && worst.top < roomRatio && workload.isReadable)
      return against(`memory was never above ${percent(roomRatio)} of its limit`);
    return quiet();
  },
});

/** How full each instance is now, the fullest first. `top`: the most it was lately, 0 to 1 and beyond. */
function fullestFirst(sets: Bounded[], heaps: Bounded[], scope: Scope) {
  const all = [
    ...sets.map((each) => ({ ...each, isHeap: false })),
    ...heaps.map((each) => ({ ...each, isHeap: true })),
  ];
  return all
    .flatMap((each) => {
      const recent = pointsWithin(each.ratio, afterBaseline(scope))
        .slice(-6)
        .map(({ value }) => value);
      if (recent.length === 0) return [];
      // A heap fills up to its limit between collections by design: only what stays after them counts.
      const level = each.isHeap ? Math.min(...recent) : levelNow(each.ratio, scope);
      return level === null ? [] : [{ ...each, level, top: Math.max(...recent) }];
    })
    .sort((left, right) => right.level - left.level);
}

/** Median of what an instance used while all was well, bytes: of any of them, as those that run now may be new. */
function usualUse(used: readonly Series[], { baseline }: { baseline: Window }): number | null {
  return median(used.flatMap((series) => valuesWithin(series, baseline)));
}
