import { against, changes, concept, type Draft, defineCheck, finding, quiet, unknown } from "../../core/check.ts";
import { isEntityId } from "../../core/entity.ts";
import { entityOf, type Scope } from "../../core/scope.ts";
import { edgeLevelsOf, endsOf } from "../graph/graph-levels.ts";
import { predicate } from "../predicate.ts";
import { windowNow } from "../recent.ts";
import { onsetOf } from "../statistics/onset.ts";
import { clock, list, percent, perSecond } from "../words.ts";
import { changeThatCould, type FailingCalls, failingCalls } from "./failing-calls.ts";

/**
 * One caller that asks at the wrong place: its calls to a peer fail while others reach that peer, or it calls an address
 * that belongs to nothing known instead of the peer that it used to call. Refuted where everybody fails.
 */
export const wrongAddress = defineCheck({
  id: "wrong-address",
  faultClass: "wrong-address",
  appliesTo: "scope",
  needs: {
    errors: concept("call.error_ratio", { keep: ["peer"] }),
    connectErrors: concept("call.connect_error_rate", { keep: ["peer"] }),
    timeouts: concept("call.timeout_rate", { keep: ["peer"] }),
    rate: concept("call.rate", { keep: ["peer"] }),
    change: changes,
  },
  thresholds: {
    /** A wrong address fails always; half allows for instances that still have the right one. */
    failingRatio: 0.5,
    /** Of the calls: refused or unreachable rather than slow. */
    connectRatio: 0.3,
    /** Of the usual: a peer that is called no more. */
    goneRatio: 0.1,
    leastRate: 0.05,
  },
  examine({ scope, change, ...readings }, thresholds) {
    if (!readings.errors.isReadable && !readings.rate.isReadable)
      return unknown(readings.errors.why ?? "calls cannot be seen");
    const answers: Draft[] = movedCalls(scope, readings.rate, readings.errors, thresholds);
    for (const calls of failingCalls(scope, readings, thresholds.failingRatio)) {
      const set = changeThatCould("wrong-address", {
        entityId: calls.caller,
        peer: calls.peer,
        changes: change.items,
        scope,
        series: calls.level.series,
      });
      const isRefused = (calls.connectRatio ?? 0) >= thresholds.connectRatio;
      if (calls.through.length > 0 && (set || isRefused)) answers.push(contrast(scope, calls, set?.change.id ?? null));
      if (set && (calls.alsoFailing.length === 0 || calls.through.length > 0)) {
        answers.push(
          finding({
            entity: calls.caller,
            evidence: "change-content",
            effect: set.weight,
            onset: onsetOf(calls.level.series, { direction: "up" }),
            sentence: `${set.change.key ?? "an address"} of ${nameOf(scope, calls.caller)} was changed at ${clock(set.change.at)}; ${percent(calls.level.now)} of its calls to ${nameOf(scope, calls.peer)} fail since`,
            predicate: predicate.change(set.change.id, { from: set.change.at, to: set.change.at }),
            changeId: set.change.id,
            explains: [calls.peer],
          }),
        );
      }
      if (!set && calls.through.length === 0 && calls.alsoFailing.length > 0)
        answers.push(
          against(`all who call ${nameOf(scope, calls.peer)} fail, not one alone`, { entityId: calls.caller }),
        );
      if (!set && !change.isReadable && calls.through.length === 0 && calls.alsoFailing.length === 0)
        answers.push(unknown(change.why ?? "whether its configuration changed cannot be seen", calls.caller));
    }
    return answers.length > 0 ? answers : quiet();
  },
});

/** One fails, others do not, at the same time. */
function contrast(scope: Scope, calls: FailingCalls, changeId: string | null): Draft {
  const { caller, peer, level, through } = calls;
  const usual = Math.max(0.005, ...through.map(({ errorRatio }) => errorRatio));
  const others = through.map((each) => nameOf(scope, each.caller));
  return finding({
    entity: caller,
    evidence: "exposure-contrast",
    effect: Math.min(100, level.now / usual),
    onset: onsetOf(level.series, { direction: "up" }),
    sentence: `${percent(level.now)} of the calls from ${nameOf(scope, caller)} to ${nameOf(scope, peer)} fail; ${list(others)} ${others.length === 1 ? "reaches" : "reach"} it`,
    predicate: predicate.value(
      caller,
      "call.error_ratio",
      "mean",
      ">=",
      level.now * 0.8,
      windowNow(scope, level.series.stepSeconds),
      { peer },
    ),
    changeId,
    refutes: [
      {
        entityId: peer,
        faultClass: "dependency-down",
        why: `${list(others)} ${others.length === 1 ? "reaches" : "reach"} it`,
      },
    ],
    explains: [peer],
  });
}

type Rates = Parameters<typeof edgeLevelsOf>[0];

/** Calls that used to go to a known peer go to an address of nothing known, and fail there. */
function movedCalls(
  scope: Scope,
  rate: Rates,
  errors: Rates,
  thresholds: { goneRatio: number; leastRate: number; failingRatio: number },
): Draft[] {
  const rates = edgeLevelsOf(rate, scope, 0.05, 0);
  const ratios = edgeLevelsOf(errors, scope, 0.005, 0);
  const fresh = [...rates].filter(([key, { before, now }]) => {
    const { callee } = endsOf(key);
    // What has an id is known, even where it is not among those that are looked at.
    const isUnknown = entityOf(scope, callee) === undefined && !isEntityId(callee);
    return (
      isUnknown &&
      now >= thresholds.leastRate &&
      before <= thresholds.goneRatio * now &&
      (ratios.get(key)?.now ?? 0) >= thresholds.failingRatio
    );
  });
  return fresh.flatMap(([key, level]) => {
    const { caller, callee: address } = endsOf(key);
    const gone = [...rates].find(([other, each]) => {
      const ends = endsOf(other);
      return (
        ends.caller === caller &&
        ends.callee !== address &&
        entityOf(scope, ends.callee) &&
        each.before >= thresholds.leastRate &&
        each.now <= thresholds.goneRatio * each.before
      );
    });
    if (!gone) return [];
    const peer = endsOf(gone[0]).callee;
    return [
      finding({
        entity: caller,
        evidence: "shift",
        effect: Math.max(level.shift.z, -gone[1].shift.z),
        onset: onsetOf(gone[1].series, { direction: "down" }),
        sentence: `${nameOf(scope, caller)} calls ${address} (${perSecond(level.now)}), which is nothing known, instead of ${nameOf(scope, peer)}`,
        predicate: predicate.value(
          caller,
          "call.rate",
          "rate",
          ">=",
          level.now * 0.8,
          windowNow(scope, level.series.stepSeconds),
          { peer: address },
        ),
        explains: [peer],
      }),
    ];
  });
}

const nameOf = (scope: Scope, id: string): string => entityOf(scope, id)?.name ?? id;
