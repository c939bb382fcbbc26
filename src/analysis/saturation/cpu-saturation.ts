import { against, concept, defineCheck, finding, quiet, unknown, workloads } from "../../core/check.ts";
import { predicate } from "../predicate.ts";
import { type average, bounded, levelNow, shiftNow, sum, windowNow } from "../recent.ts";
import { onsetOf } from "../statistics/onset.ts";
import { combineSeries } from "../statistics/series-values.ts";
import { inUnit, percent, times } from "../words.ts";

/**
 * More processor time for the same work: use went up and the requests do not explain it. Refuted by load; a limit
 * that was lowered is `cpu-limit`'s.
 */
export const cpuSaturation = defineCheck({
  id: "cpu-saturation",
  faultClass: "cpu-saturation",
  appliesTo: ["service", "worker", "instance", "cache", "queue", "proxy", "database"],
  needs: {
    usage: concept("cpu.usage", { keep: ["instance"] }), // cores
    limit: concept("cpu.limit", { keep: ["instance"] }), // cores
    rate: concept("request.rate"),
    processed: concept("queue.process_rate"), // for workers
    workload: workloads,
  },
  thresholds: {
    /** Half as much again a request: smaller moves come with the mix of requests and with warm caches. */
    costRatio: 1.5,
    /** A robust z of 4 on the usual spread (METHODS 3). */
    z: 4,
    /** A twentieth of a core: below, background work of any runtime doubles and halves. */
    leastCores: 0.05,
    /** Used over limit from which waiting begins; queues are long from 90 % on whatever the service times. */
    usedRatio: 0.9,
  },
  examine({ entity, scope, usage, limit, rate, processed, workload }, thresholds) {
    const total = sum(usage.items);
    const use = shiftNow(total, scope, thresholds.leastCores);
    if (!total || !use) return unknown(usage.why ?? "no processor samples both usual and now");
    const work = rate.items.length > 0 ? sum(rate.items) : sum(processed.items);
    const load = shiftNow(work, scope)?.ratio ?? null;
    const rise = use.ratio ?? Number.POSITIVE_INFINITY;
    if (use.difference < thresholds.leastCores || use.z < thresholds.z || rise < 1.2)
      return use.z < 2 ? against("processor use is as usual") : quiet();
    if (!work || load === null)
      return rate.isReadable && rate.items.length > 0
        ? quiet()
        : unknown("processor use is up, and whether the load explains it cannot be seen: no request rate");
    const cost = combineSeries([total, work], ([cores = 0, requests = 0]) => (requests > 0 ? cores / requests : null));
    const perRequest = shiftNow(cost, scope);
    // Fewer requests make each dearer, since idle work is shared by less: so both the sum and the share must be up.
    const costRatio = Math.min(rise, perRequest?.ratio ?? rise / Math.max(load, 0.01));
    if (costRatio < thresholds.costRatio)
      return load >= 1.2 ? against(`processor use follows the load: requests are ${times(load)} the usual`) : quiet();
    const onset = onsetOf(total, { direction: "up", minimumChange: thresholds.leastCores });
    const now = windowNow(scope, total.stepSeconds);
    const answers = [
      finding({
        entity,
        evidence: "shift",
        effect: use.z,
        onset,
        sentence: `${entity.name} needs ${times(costRatio)} the usual processor time a request: ${inUnit(use.now, "{core}")} now, ${inUnit(use.usual.median, "{core}")} usually, at ${times(load)} the usual requests`,
        predicate: predicate.changed(entity, "cpu.usage", "mean", {
          direction: "up",
          // Instances come and go: on their mean only the direction can be promised.
          minimumChange: 0,
          baseline: scope.baseline,
          window: now,
        }),
      }),
    ];
    const cores = workload.items[0]?.limits.cpuCores ?? null;
    const [worst] = bounded(usage.items, limit.items, cores)
      .map((each) => ({ ...each, level: levelNow(each.ratio, scope) ?? 0 }))
      .sort((left, right) => right.level - left.level);
    if (worst && worst.level >= thresholds.usedRatio)
      answers.push(
        finding({
          entity,
          evidence: "saturation",
          effect: worst.level,
          onset,
          sentence: `${entity.name} uses ${percent(worst.level)} of its ${inUnit(worst.limit, "{core}")}`,
          predicate: predicate.value(
            entity,
            "cpu.usage",
            "max",
            ">=",
            thresholds.usedRatio * worst.limit,
            now,
            worst.instance ? { instance: worst.instance } : {},
          ),
          refutes: [
            {
              entityId: entity.id,
              faultClass: "cpu-limit-too-low",
              why: "each request needs more than it did: the limit is not what changed",
            },
          ],
        }),
      );
    return answers;
  },
});

/** Kept apart so that other checks ask the same: processor time a request, cell by cell. */
export function costOfRequest(usage: Parameters<typeof average>[0], rate: Parameters<typeof average>[0]) {
  const total = sum(usage);
  const work = sum(rate);
  return total && work
    ? combineSeries([total, work], ([cores = 0, requests = 0]) => (requests > 0 ? cores / requests : null))
    : null;
}
