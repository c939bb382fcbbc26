import {
  against,
  changes,
  concept,
  type Draft,
  defineCheck,
  finding,
  logTemplates,
  quiet,
  type Reading,
  unknown,
  workloads,
} from "../../core/check.ts";
import type { Entity } from "../../core/entity.ts";
import type { Scope } from "../../core/scope.ts";
import type { Series } from "../../core/series.ts";
import type { Change, Workload } from "../../core/workload.ts";
import { couldSetOff } from "../changes/change-mechanism.ts";
import { isCrash } from "../graph/process-crash.ts";
import { predicate } from "../predicate.ts";
import { levelNow, shiftNow, sum, usualLevel, windowNow } from "../recent.ts";
import { onsetOf } from "../statistics/onset.ts";
import { valuesWithin } from "../statistics/series-values.ts";
import { mean } from "../statistics/summary.ts";
import { clock, perSecond, seconds } from "../words.ts";

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
    workload: workloads,
    change: changes,
  },
  thresholds: {
    z: 3,
    /** One failure in a minute, again and again. */
    leastRate: 0.015,
    /** Messages that pass, of the usual: half of them, and it is not all that fail. */
    passingRatio: 0.5,
    /** An instance that ended so often since it was put there is in a loop. */
    leastRestarts: 2,
    /** A release or setting so long before the crashes is a likelier reason for them than a message. */
    changeSeconds: 900,
    /** The oldest message waits longer than a minute and twice as long as usual. */
    oldestSeconds: 60,
  },
  examine({ entity, scope, failures, redelivered, processed, published, oldest, workload, change }, thresholds) {
    const killed = killsItsReader({ entity, scope, processed, workload, change }, thresholds);
    if (killed) return killed;
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

/**
 * A consumer that ends again and again by itself while messages wait, and of which nothing was changed: what it is given
 * ends it. It leaves no failure behind, for it does not live to report one.
 */
function killsItsReader(
  input: {
    entity: Entity;
    scope: Scope;
    processed: Reading<Series>;
    workload: Reading<Workload>;
    change: Reading<Change>;
  },
  thresholds: { leastRestarts: number; changeSeconds: number; passingRatio: number },
): Draft | null {
  const { entity, scope, workload, change } = input;
  const since = scope.baseline.to - 30_000;
  const index = (workload.items[0]?.instances ?? []).findIndex(
    (instance) => instance.restarts >= thresholds.leastRestarts && isCrash(instance, since),
  );
  const instance = workload.items[0]?.instances[index];
  const at = instance?.lastExit?.at;
  if (!instance || at === undefined) return null;
  const done = sum(input.processed.items);
  const usual = usualLevel(done, scope) ?? 0;
  // Who dies before it reports leaves no samples: what it did before it began to die is not what it does now.
  const now = (done && mean(valuesWithin(done, { from: at - 15_000, to: scope.now }))) ?? 0;
  if (usual <= 0 || now >= thresholds.passingRatio * usual) return null;
  const changed = change.items.some(
    (each) =>
      each.entityIds.includes(entity.id) &&
      (each.kind === "deploy" || each.kind === "rollback" || couldSetOff(each, "process-crash") >= 0.5) &&
      each.at >= since - thresholds.changeSeconds * 1000,
  );
  if (changed) return null;
  return finding({
    entity,
    evidence: "state",
    effect: 0.7,
    onset: { earliest: since, latest: at + 5000 },
    sentence: `${entity.name} ended by itself and was started again ${instance.restarts} times, last at ${clock(at)}, each time it took up its messages; ${perSecond(now)} are done, usually ${perSecond(usual)}, and nothing of it was changed`,
    predicate: predicate.field(entity, `instances.${index}.restarts`, ">=", thresholds.leastRestarts),
  });
}
