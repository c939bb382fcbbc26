import { against, concept, defineCheck, finding, quiet, unknown } from "../../core/check.ts";
import { predicate } from "../predicate.ts";
import { afterBaseline, bounded, levelNow, loadRatio } from "../recent.ts";
import { onsetOf } from "../statistics/onset.ts";
import { count, percent } from "../words.ts";
import { steadyGrowth } from "./growth.ts";

/** Open files and sockets close to the limit of the process, where accepting and opening fail. */
export const fileDescriptors = defineCheck({
  id: "file-descriptors",
  faultClass: "other/file-descriptors-exhausted",
  alsoNames: ["connection-leak"],
  appliesTo: ["service", "worker", "instance", "database", "cache", "queue", "proxy", "host"],
  needs: {
    used: concept("file_descriptors.used", { keep: ["instance"] }),
    limit: concept("file_descriptors.limit", { keep: ["instance"] }),
    rate: concept("request.rate"),
  },
  /** node-mixin: NodeFileDescriptorLimit warns from 70 and is critical from 90 %. */
  thresholds: { usedRatio: 0.9, roomRatio: 0.7 },
  examine({ entity, scope, used, limit, rate }, { usedRatio, roomRatio }) {
    const [worst] = bounded(used.items, limit.items)
      .map((each) => ({ ...each, level: levelNow(each.ratio, scope) ?? 0 }))
      .sort((left, right) => right.level - left.level);
    if (!worst)
      return used.items.length > 0 && limit.isReadable
        ? quiet("no limit of open files known")
        : unknown(used.why ?? limit.why ?? "open files cannot be seen");
    if (worst.level < roomRatio) return against(`${percent(worst.level)} of the allowed files are open`);
    if (worst.level < usedRatio) return quiet();
    const load = loadRatio(rate.items, scope);
    const isLeak = steadyGrowth(worst.used, scope.window) !== null && load !== null && load < 1.3;
    return finding({
      entity,
      faultClass: isLeak ? "connection-leak" : "other/file-descriptors-exhausted",
      evidence: "saturation",
      effect: worst.level,
      onset: onsetOf(worst.used, { direction: "up" }),
      sentence: `${entity.name} has ${count(worst.level * worst.limit, "file")} open of ${count(worst.limit, "file")} allowed (${percent(worst.level)})${isLeak ? ", more all the time at the usual requests" : ""}`,
      predicate: predicate.value(
        entity,
        "file_descriptors.used",
        "max",
        ">=",
        usedRatio * worst.limit,
        afterBaseline(scope),
        worst.instance ? { instance: worst.instance } : {},
      ),
    });
  },
});
