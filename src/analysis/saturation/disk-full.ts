import { against, concept, defineCheck, finding, logTemplates, quiet, unknown } from "../../core/check.ts";
import { predicate } from "../predicate.ts";
import { afterBaseline, bounded, levelNow, shiftNow, sum, windowNow } from "../recent.ts";
import { onsetOf } from "../statistics/onset.ts";
import { bytes, count, percent, perSecond } from "../words.ts";

/** No room left to write: use at capacity, writes that fail, or the error that says so. */
export const diskFull = defineCheck({
  id: "disk-full",
  faultClass: "disk-full",
  appliesTo: ["storage", "database", "host", "queue", "service", "worker", "cache", "instance"],
  needs: {
    used: concept("disk.used", { keep: ["instance"] }), // bytes
    capacity: concept("disk.capacity", { keep: ["instance"] }), // bytes
    failedWrites: concept("disk.write_error_rate"),
    logs: logTemplates,
  },
  thresholds: {
    /** File systems keep up to 5 % for root (mke2fs): what applications see as full begins there. */
    fullRatio: 0.95,
    /** The usual warning of the mixin's NodeFilesystemAlmostOutOfSpace is 5 % free, its critical 3 %. */
    certainRatio: 0.98,
    roomRatio: 0.8,
  },
  examine({ entity, scope, used, capacity, failedWrites, logs }, thresholds) {
    const failing = sum(failedWrites.items);
    const failure = shiftNow(failing, scope, 0.01, 0);
    const isFailing = failure !== null && failure.now > 0.01 && failure.z >= 3;
    const said = logs.items.find(
      ({ template, example, counts, startAt, stepSeconds }) =>
        noSpace.test(`${template} ${example}`) &&
        counts.some((amount, index) => amount > 0 && startAt + (index + 0.5) * stepSeconds * 1000 >= scope.baseline.to),
    );
    const [worst] = bounded(used.items, capacity.items)
      .map((each) => ({ ...each, level: levelNow(each.ratio, scope) ?? 0 }))
      .sort((left, right) => right.level - left.level);
    if (!worst && !isFailing && !said)
      return used.status === "empty"
        ? quiet("no disk here")
        : unknown(used.why ?? capacity.why ?? "disk use cannot be seen");
    const answers = [];
    const isFull = worst !== undefined && worst.level >= thresholds.fullRatio;
    if (worst && isFull && (isFailing || said || worst.level >= thresholds.certainRatio))
      answers.push(
        finding({
          entity,
          evidence: "saturation",
          effect: worst.level,
          onset: onsetOf(worst.used, { direction: "up" }),
          sentence: `the disk of ${entity.name} is full: ${bytes(worst.level * worst.limit)} of ${bytes(worst.limit)} (${percent(worst.level)})`,
          predicate: predicate.value(
            entity,
            "disk.used",
            "max",
            ">=",
            thresholds.fullRatio * worst.limit,
            afterBaseline(scope),
            worst.instance ? { instance: worst.instance } : {},
          ),
        }),
      );
    if (worst && worst.level < thresholds.roomRatio && !said)
      return against(`${percent(1 - worst.level)} of the disk is free`);
    if (isFailing && failing && (isFull || said))
      answers.push(
        finding({
          entity,
          evidence: "shift",
          effect: failure.z,
          onset: onsetOf(failing, { direction: "up" }),
          sentence: `writes to the disk of ${entity.name} fail, ${perSecond(failure.now)}`,
          predicate: predicate.value(
            entity,
            "disk.write_error_rate",
            "max",
            ">",
            0,
            windowNow(scope, failing.stepSeconds),
          ),
        }),
      );
    if (said) {
      const lines = said.counts.reduce((total, amount) => total + amount, 0);
      answers.push(
        finding({
          entity,
          evidence: "stated-mechanism",
          effect: 1,
          sentence: `${entity.name} says that there is no space left, in ${count(lines, "line")}`,
          predicate: predicate.log(entity, said.templateId, 1, { from: scope.baseline.to, to: scope.window.to }),
        }),
      );
    }
    if (answers.length > 0) return answers;
    if (isFailing && !worst) return unknown("writes fail; whether the disk is full cannot be seen");
    return quiet();
  },
});

/** ENOSPC in the wording of libc, databases and object stores. */
const noSpace =
  /\bENOSPC\b|no space left on device|disk (?:is )?full|could not extend file|EDQUOT|disk quota exceeded|not enough space on the disk|storage quota exceeded/i;
