import { concept, type Draft, defineCheck, endpoint, finding, quiet, unknown } from "../../core/check.ts";
import type { EntityId } from "../../core/entity.ts";
import { entityOf, type Scope } from "../../core/scope.ts";
import { edgeLevelsOf, endsOf, type Level, levelsOf } from "../graph/graph-levels.ts";
import { predicate } from "../predicate.ts";
import { windowNow } from "../recent.ts";
import { onsetOf } from "../statistics/onset.ts";
import { list, perSecond, seconds } from "../words.ts";

/**
 * Names cannot be looked up, or only slowly. Many who fail at once, or one who fails for several names: the name server;
 * others may still remember what they looked up before. One who fails for one name: the name, its own configuration.
 */
export const dnsFailure = defineCheck({
  id: "dns-failure",
  faultClass: "dns-failure",
  alsoNames: ["wrong-address"],
  appliesTo: "scope",
  needs: {
    failures: concept("dns.failure_rate"),
    failuresByName: concept("dns.failure_rate", { keep: ["peer"] }),
    lookup: concept("dns.lookup_time"), // seconds
    loopDelay: concept("event_loop.delay"), // seconds
    look: endpoint,
  },
  thresholds: {
    /** One failure in twenty seconds, and beyond usual: names that do not exist are asked for all the time. */
    leastRate: 0.05,
    z: 3,
    /** A look-up in a data centre takes a few milliseconds. */
    slowSeconds: 0.1,
    slowRatio: 3,
    /** Resolvers try again after 1 to 5 s: a mean beyond half of that says that answers are lost. */
    lostSeconds: 0.5,
    /** Of all who look names up: a slow name server slows them all; a single one is slow itself. */
    slowShare: 0.5,
    /** Who gets to its answers so late by itself measures itself: a healthy process is below 20 ms. */
    ownDelaySeconds: 0.05,
    /** Others who look names up without trouble, so that one who fails is the exception. */
    fewestOthers: 2,
  },
  examine({ scope, failures, failuresByName, lookup, loopDelay, look }, thresholds) {
    const servers = scope.entities.filter(({ kind }) => kind === "dns");
    const answers: Draft[] = [];
    for (const server of servers) {
      const index = look.items.findIndex(({ entityId }) => entityId === server.id);
      const seen = look.items[index];
      if (!seen?.connected || !("error" in seen.connected)) continue;
      answers.push(
        finding({
          entity: server,
          evidence: "probe",
          effect: 1,
          sentence: `${server.name} does not answer: ${seen.connected.error.slice(0, 80)}`,
          predicate: predicate.field(server, "connected.error", "=", seen.connected.error),
        }),
      );
    }
    if (!failures.isReadable && !lookup.isReadable)
      return [
        ...answers,
        ...(answers.length === 0 ? [unknown(failures.why ?? "look-ups of names cannot be seen")] : []),
      ];
    const rates = levelsOf(failures, scope, 0.02, 0);
    const times = levelsOf(lookup, scope, 0.005);
    const isFailing = ({ now, shift }: Level) => now >= thresholds.leastRate && shift.z >= thresholds.z;
    const failing = [...rates].filter(([, level]) => isFailing(level));
    const names = [...edgeLevelsOf(failuresByName, scope, 0.02, 0)].filter(([, level]) => isFailing(level));
    const delays = levelsOf(loopDelay, scope, 0.005);
    const slower = [...times].filter(
      ([id, { now, before, shift }]) =>
        (delays.get(id)?.now ?? 0) < thresholds.ownDelaySeconds &&
        now >= thresholds.slowSeconds &&
        now >= thresholds.slowRatio * before &&
        shift.z >= thresholds.z,
    );
    const isCommon = slower.length >= thresholds.slowShare * times.size;
    const slow = slower.filter(([, { now }]) => isCommon || now >= thresholds.lostSeconds);
    const measured = new Set([...rates.keys(), ...times.keys()]);
    const hurt = new Map<EntityId, { level: Level; isSlow: boolean }>([
      ...slow.map(([id, level]) => [id, { level, isSlow: true }] as const),
      ...failing.map(([id, level]) => [id, { level, isSlow: false }] as const),
    ]);
    if (hurt.size === 0)
      return answers.length > 0
        ? answers
        : measured.size > 0
          ? quiet("names are looked up as usual")
          : quiet("nobody counts look-ups");
    const others = measured.size - hurt.size;
    const [[id, worst]] = [...hurt].sort((left, right) => right[1].level.shift.z - left[1].level.shift.z) as [
      [EntityId, { level: Level; isSlow: boolean }],
    ];
    const failedNames = names.filter(([key]) => endsOf(key).caller === id).length;
    if (hurt.size === 1 && others >= thresholds.fewestOthers && !worst.isSlow && failedNames < 2) {
      answers.push(say(scope, { id, ...worst, blamed: id, askers: [id], isOwn: true }));
      for (const server of servers)
        answers.push({
          kind: "against",
          entityId: server.id,
          why: `only ${nameOf(scope, id)} fails to look names up, ${others} others do not`,
        });
      return answers;
    }
    const askers = [...hurt.keys()];
    const blamed = servers.length > 0 ? servers.map((server) => server.id) : askers;
    return [...answers, ...blamed.map((each) => say(scope, { id, ...worst, blamed: each, askers, isOwn: false }))];
  },
});

function say(
  scope: Scope,
  about: { id: EntityId; level: Level; isSlow: boolean; blamed: EntityId; askers: EntityId[]; isOwn: boolean },
): Draft {
  const { id, level, isSlow, blamed, askers, isOwn } = about;
  const who = list(askers.map((each) => nameOf(scope, each)));
  const signal = isSlow ? "dns.lookup_time" : "dns.failure_rate";
  return finding({
    entity: blamed,
    faultClass: isOwn ? "wrong-address" : "dns-failure",
    evidence: "shift",
    effect: level.shift.z,
    onset: onsetOf(level.series, { direction: "up" }),
    sentence: isSlow
      ? `${who} ${askers.length === 1 ? "waits" : "wait"} ${seconds(level.now)} for a name, usually ${seconds(level.before)}`
      : `${who} ${askers.length === 1 ? "fails" : "fail"} to look up names, ${perSecond(level.now)}${isOwn ? ", and nobody else does" : ""}`,
    predicate: predicate.value(
      id,
      signal,
      isSlow ? "mean" : "rate",
      ">=",
      level.now * 0.8,
      windowNow(scope, level.series.stepSeconds),
    ),
    explains: askers.filter((each) => each !== blamed),
  });
}

const nameOf = (scope: Scope, id: EntityId): string => entityOf(scope, id)?.name ?? id;
