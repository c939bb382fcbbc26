import type { Reading } from "../../core/check.ts";
import type { EntityId } from "../../core/entity.ts";
import type { FaultClass } from "../../core/fault.ts";
import type { Scope } from "../../core/scope.ts";
import type { Series } from "../../core/series.ts";
import type { Change } from "../../core/workload.ts";
import { couldSetOff } from "../changes/change-mechanism.ts";
import { edgeLevelsOf, endsOf, type Level } from "../graph/graph-levels.ts";
import { onsetOf } from "../statistics/onset.ts";

/** Calls of one caller to one peer that newly fail. */
export type FailingCalls = {
  key: string;
  caller: EntityId;
  peer: EntityId;
  level: Level;
  /** Failed connections and time-outs a call, 0 to 1; null where they are not counted. */
  connectRatio: number | null;
  timeoutRatio: number | null;
  /** Other callers of the same peer that get through now. */
  through: { caller: EntityId; errorRatio: number }[];
  /** Other callers of the same peer that fail alike. */
  alsoFailing: EntityId[];
};

/** What call readings are needed for `failingCalls`. */
type CallReadings = Record<"errors" | "connectErrors" | "timeouts" | "rate", Reading<Series>>;

/** Who fails no more than this gets through. */
const throughRatio = 0.05;
const leastZ = 4;

/** Pairs of caller and peer of which at least `failingRatio` of the calls fail now, beyond usual. */
export function failingCalls(scope: Scope, readings: CallReadings, failingRatio: number): FailingCalls[] {
  const errors = edgeLevelsOf(readings.errors, scope, 0.005, 0);
  const connect = edgeLevelsOf(readings.connectErrors, scope, 0.02, 0);
  const timeouts = edgeLevelsOf(readings.timeouts, scope, 0.02, 0);
  const rates = edgeLevelsOf(readings.rate, scope, 0.05);
  const shareOf = (levels: Map<string, Level>, key: string, isRead: boolean): number | null => {
    const asked = rates.get(key)?.now ?? 0;
    const level = levels.get(key);
    if (level && asked > 0) return Math.min(1, level.now / asked);
    return isRead ? 0 : null;
  };
  const isFailing = (level: Level) => level.now >= failingRatio && level.shift.z >= leastZ;
  return [...errors].flatMap(([key, level]) => {
    if (!isFailing(level)) return [];
    const { caller, callee: peer } = endsOf(key);
    const others = [...errors].filter(([other]) => other !== key && endsOf(other).callee === peer);
    return [
      {
        key,
        caller,
        peer,
        level,
        connectRatio: shareOf(connect, key, readings.connectErrors.isReadable),
        timeoutRatio: shareOf(timeouts, key, readings.timeouts.isReadable),
        through: others
          .filter(([other, each]) => each.now <= throughRatio && (rates.get(other)?.now ?? 1) > 0)
          .map(([other, each]) => ({ caller: endsOf(other).caller, errorRatio: each.now })),
        alsoFailing: others.filter(([, each]) => isFailing(each)).map(([other]) => endsOf(other).caller),
      },
    ];
  });
}

/** The last change of that entity before the trouble whose content points at a class; an hour before the window at most. */
export function changeThatCould(
  faultClass: FaultClass,
  about: { entityId: EntityId; peer: EntityId; changes: readonly Change[]; scope: Scope; series: Series },
): { change: Change; weight: number } | null {
  const { entityId, peer, changes, scope, series } = about;
  const candidates = changes
    .filter((change) => change.entityIds.includes(entityId) && change.at >= scope.window.from - 3_600_000)
    .map((change) => ({ change, weight: couldSetOff(change, faultClass) }))
    .filter(({ change, weight }) => weight >= 0.5 && mayConcern(change, peer, scope));
  if (candidates.length === 0) return null;
  const until = (onsetOf(series, { direction: "up" })?.latest ?? scope.now) + 30_000;
  const found = candidates
    .filter(({ change }) => change.at <= until)
    .sort((left, right) => left.change.at - right.change.at);
  return found.at(-1) ?? null;
}

/** Its key or values name the peer, or name nobody that is known: then it may be about anything. */
function mayConcern(change: Change, peer: EntityId, scope: Scope): boolean {
  const text = JSON.stringify([change.key, change.before, change.after])
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-");
  const named = scope.entities.filter(({ id, name }) => {
    const word = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
    return word.length > 2 && !change.entityIds.includes(id) && `-${text}-`.includes(`-${word}-`);
  });
  return named.length === 0 || named.some(({ id }) => id === peer);
}
