import {
  against,
  changes,
  concept,
  type Draft,
  defineCheck,
  endpoint,
  finding,
  quiet,
  unknown,
} from "../../core/check.ts";
import { entityOf } from "../../core/scope.ts";
import { predicate } from "../predicate.ts";
import { windowNow } from "../recent.ts";
import { onsetOf } from "../statistics/onset.ts";
import { list, percent } from "../words.ts";
import { changeThatCould, failingCalls } from "./failing-calls.ts";

/**
 * Nothing gets through from one side to a peer that is well: calls vanish (time out) rather than being refused, while
 * others, or midwatch itself, reach it. Refuted where nobody does.
 */
export const networkPartition = defineCheck({
  id: "network-partition",
  faultClass: "network-partition",
  appliesTo: "scope",
  needs: {
    errors: concept("call.error_ratio", { keep: ["peer"] }),
    connectErrors: concept("call.connect_error_rate", { keep: ["peer"] }),
    timeouts: concept("call.timeout_rate", { keep: ["peer"] }),
    rate: concept("call.rate", { keep: ["peer"] }),
    look: endpoint,
    change: changes,
  },
  thresholds: {
    /** A partition carries nothing; loss that lets some calls through is `network-delay`'s. */
    failingRatio: 0.9,
    /** Of the calls that fail: those that nobody answered. A refusal comes from a machine that was reached. */
    vanishedRatio: 0.5,
  },
  examine({ scope, look, change, ...readings }, { failingRatio, vanishedRatio }) {
    if (!readings.errors.isReadable) return unknown(readings.errors.why ?? "failed calls cannot be seen");
    const answers = failingCalls(scope, readings, failingRatio).flatMap((calls): Draft[] => {
      const { caller, peer, level, timeoutRatio, connectRatio, through, alsoFailing } = calls;
      const about = { entityId: peer };
      const probe = look.items.find(({ entityId }) => entityId === peer)?.connected ?? null;
      const isReached = probe !== null && !("error" in probe);
      if (through.length === 0 && !isReached)
        return alsoFailing.length > 0 ? [against(`nobody reaches ${nameOf(peer)}`, about)] : [];
      if (timeoutRatio === null)
        return [unknown(readings.timeouts.why ?? "whether calls time out or are refused cannot be seen", peer)];
      if (timeoutRatio < vanishedRatio * level.now || timeoutRatio < (connectRatio ?? 0)) return [];
      if (
        changeThatCould("wrong-address", { entityId: caller, peer, changes: change.items, scope, series: level.series })
      )
        return [];
      if (
        changeThatCould("timeout-too-low", {
          entityId: caller,
          peer,
          changes: change.items,
          scope,
          series: level.series,
        })
      )
        return [];
      const who = through.length > 0 ? list(through.map((each) => nameOf(each.caller))) : "midwatch";
      return [
        finding({
          entity: peer,
          evidence: "silence",
          effect: Math.min(1, timeoutRatio),
          onset: onsetOf(level.series, { direction: "up" }),
          sentence: `${percent(level.now)} of the calls from ${nameOf(caller)} to ${nameOf(peer)} vanish without an answer; ${who} ${through.length > 1 ? "reach" : "reaches"} it`,
          predicate: predicate.value(
            caller,
            "call.error_ratio",
            "mean",
            ">=",
            level.now * 0.8,
            windowNow(scope, level.series.stepSeconds),
            { peer },
          ),
          explains: [caller],
        }),
      ];
    });
    return answers.length > 0 ? answers : quiet();

    function nameOf(id: string): string {
      return entityOf(scope, id)?.name ?? id;
    }
  },
});
