import { against, concept, type Draft, defineCheck, finding, logTemplates, quiet, unknown } from "../../core/check.ts";
import { predicate } from "../predicate.ts";
import { levelNow, shiftNow, sum, usualLevel, windowNow } from "../recent.ts";
import { onsetOf } from "../statistics/onset.ts";
import { perSecond, seconds } from "../words.ts";

/**
 * One or few messages fail every time they are tried: redeliveries or failures are up while others pass, or everything
 * behind them stands still. Refuted where all messages fail: then it is the worker.
 */
export const poisonMessage = defineCheck({
  id: "poison-message",
  faultClass: "poison-message",
  appliesTo: ["queue", "worker", "service"],
  needs: {
    failures: concept("queue.failure_rate"),
    redelivered: concept("queue.redelivery_rate"),
    processed: concept("queue.process_rate"),
    published: concept("queue.publish_rate"),
    oldest: concept("queue.oldest_age"), // seconds
    logs: logTemplates,
  },
  thresholds: {
    z: 3,
    /** One failure in a minute, again and again. */
    leastRate: 0.015,
    /** Messages that pass, of the usual: half of them, and it is not all that fail. */
    passingRatio: 0.5,
    /** The oldest message waits longer than a minute and twice as long as usual. */
    oldestSeconds: 60,
  },
  examine({ entity, scope, failures, redelivered, processed, published, oldest }, thresholds) {
    const failing = sum(failures.items);
    const again = sum(redelivered.items);
    const passing = sum(processed.items);
    if (!failing && !again) {
      if (failures.status === "empty" && redelivered.status === "empty") return quiet("nothing failed here");
      return unknown(failures.why ?? redelivered.why ?? "failed messages cannot be seen");
    }
    const isUp = (series: typeof failing) => {
      const shift = shiftNow(series, scope, 0.01, 0);
      return shift && shift.now >= thresholds.leastRate && shift.z >= thresholds.z ? shift : null;
    };
    const failure = isUp(failing);
    const redelivery = isUp(again);
    const [signal, series, shift] = redelivery
      ? (["queue.redelivery_rate", again, redelivery] as const)
      : (["queue.failure_rate", failing, failure] as const);
    if (!shift || !series) return against("no more messages fail than usual");
    const pass = shiftNow(passing, scope, 0.01);
    const arriving = shiftNow(sum(published.items), scope, 0.01);
    const ages = sum(oldest.items);
    const age = levelNow(ages, scope);
    const usualAge = usualLevel(ages, scope) ?? 0;
    const isOld = age !== null && age >= thresholds.oldestSeconds && age >= 2 * usualAge;
    const others = pass?.ratio ?? null;
    // Failures that are as many as all the messages: the worker fails, whatever it is given.
    const attempts = (pass?.now ?? 0) + (failing ? (shiftNow(failing, scope, 0.01, 0)?.now ?? 0) : shift.now);
    const failShare = attempts > 0 ? 1 - (pass?.now ?? 0) / attempts : 1;
    const isStuck = others !== null && others < thresholds.passingRatio && (isOld || redelivery !== null);
    const isSome = others !== null && others >= thresholds.passingRatio;
    if (!isSome && !isStuck)
      return pass
        ? quiet("messages fail, and whether it is always the same cannot be seen")
        : unknown("messages fail; whether others pass cannot be seen");
    if (
      isStuck &&
      !redelivery &&
      failShare > 0.9 &&
      (arriving?.now ?? 0) > 0 &&
      shift.now >= 0.8 * (arriving?.now ?? 0)
    )
      return against("all messages fail, not one again and again");
    const window = windowNow(scope, series.stepSeconds);
    const waits = isOld ? `, and the oldest waits ${seconds(age)}` : "";
    const answers: Draft[] = [
      finding({
        entity,
        evidence: "shift",
        effect: shift.z,
        onset: onsetOf(series, { direction: "up" }),
        sentence: `messages of ${entity.name} ${redelivery ? "are delivered again" : "fail"}, ${perSecond(shift.now)}, usually ${perSecond(shift.usual.median)}${isSome ? ", while others pass" : ", and hardly any pass"}${waits}`,
        predicate: predicate.value(entity, signal, "rate", ">=", shift.now * 0.8, window),
        refutes: isSome
          ? [{ entityId: entity.id, faultClass: "queue-backlog", why: "messages pass; some fail again and again" }]
          : [],
      }),
    ];
    return answers;
  },
});
