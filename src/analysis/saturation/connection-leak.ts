import { against, changes, concept, type Draft, defineCheck, finding, quiet, unknown } from "../../core/check.ts";
import type { Entity } from "../../core/entity.ts";
import { callersOf, entityOf, type Scope } from "../../core/scope.ts";
import type { Series } from "../../core/series.ts";
import { predicate } from "../predicate.ts";
import { afterBaseline, bounded, latestChange, levelNow, shiftNow, sum, usualLevel } from "../recent.ts";
import { onsetOf } from "../statistics/onset.ts";
import { pointsWithin } from "../statistics/series-values.ts";
import { count, perSecond, times } from "../words.ts";
import { ratchetOf, steadyGrowth } from "./growth.ts";
import { holdingOf } from "./held-connections.ts";

/** Connections are taken and not given back: use ratchets up while requests do not, and stays when requests end. */
export const connectionLeak = defineCheck({
  id: "connection-leak",
  faultClass: "connection-leak",
  appliesTo: ["service", "worker", "instance", "proxy"],
  needs: {
    inUse: concept("pool.in_use", { keep: ["instance"] }),
    limit: concept("pool.limit", { keep: ["instance"] }),
    wait: concept("pool.wait"), // seconds
    rate: concept("request.rate"),
    calls: concept("call.latency", { keep: ["peer"] }), // seconds
    made: concept("call.rate", { keep: ["peer"] }),
    change: changes,
  },
  thresholds: {
    /** Above the usual top: the highest that was in use while all was well, half as much again. */
    aboveUsualRatio: 1.5,
    /** Load that explains more connections. */
    loadRatio: 1.3,
    /** Seconds of connection a request, now over usual, with no call slower. */
    holdRatio: 2,
    /** Of the limit: below, a pool that grows has room. */
    leastFill: 0.5,
    /** A release that leaks does so from its first request on; as long as instances take to be replaced. */
    afterReleaseSeconds: 120,
    /** Calls of the database, now over usual, below which full pools are held by nobody who works. */
    idleRatio: 0.5,
  },
  examine({ entity, scope, inUse, limit, wait, rate, calls, made, change }, thresholds) {
    const used = sum(inUse.items);
    if (!used)
      return inUse.status === "empty" ? quiet("no pool here") : unknown(inUse.why ?? "no samples of a connection pool");
    const now = levelNow(used, scope);
    const usual = usualLevel(used, scope);
    if (now === null || usual === null) return unknown("too few samples of the pool, usual or now");
    const cap = bounded(inUse.items, limit.items).reduce((total, each) => total + each.limit, 0);
    if (now < Math.max(usual, 1) * thresholds.aboveUsualRatio || (cap > 0 && now < thresholds.leastFill * cap))
      return now <= Math.max(usual, 1) * 1.2 ? against("no more connections are in use than usual") : quiet();
    const holding = holdingOf(scope, { inUse: inUse.items, rate: rate.items, calls, wait: wait.items });
    if (holding.loadRatio === null)
      return unknown("more connections are in use; whether the load explains it cannot be seen");
    const idle = cap > 0 && now >= 0.95 * cap && stays(used, scope, now) ? callsLeft(made.items, scope) : null;
    const isIdle = idle !== null && idle.ratio <= thresholds.idleRatio && holding.loadRatio > idle.ratio;
    if (holding.loadRatio >= thresholds.loadRatio && !isIdle)
      return now / Math.max(usual, 1) <= holding.loadRatio * 1.5
        ? against(`connections follow the load: requests are ${times(holding.loadRatio)} the usual`)
        : quiet();
    if (holding.slowest)
      return against(
        `what the connections wait for became slow: ${times(holding.slowest.ratio)} the usual time a call`,
      );
    if (isIdle) return heldIdle(entity, scope, { used, now, cap, idle });
    const growth = steadyGrowth(used, scope.window) ?? ratchetOf(used, afterBaseline(scope));
    const isHeld = (holding.holdRatio ?? 0) >= thresholds.holdRatio && holding.seesCalls && stays(used, scope, now);
    if (!growth && !isHeld) return quiet();
    const onset = onsetOf(used, { direction: "up", minimumChange: 1 });
    const began = onset?.earliest ?? scope.baseline.to;
    const release = latestChange(change.items, {
      entity,
      from: began - thresholds.afterReleaseSeconds * 1000,
      until: scope.now,
      matches: ({ kind }) => kind === "deploy" || kind === "flag",
    });
    const rise = growth?.perSecond ?? 0;
    const limitWords = cap > 0 ? ` of ${cap}` : "";
    return finding({
      entity,
      evidence: growth ? "resource-trend" : "shift",
      effect: growth
        ? (rise * 3600) / (cap || now)
        : Math.min(100, ((now - usual) / Math.max(1, Math.sqrt(usual))) * 1),
      onset,
      sentence: growth
        ? `${entity.name} holds more and more connections, ${perSecond(rise)}: ${count(now, "connection")}${limitWords} now, ${count(usual, "connection")} usually, at ${times(holding.loadRatio)} the usual requests`
        : `${entity.name} holds ${count(now, "connection")}${limitWords} and gives none back, usually ${count(usual, "connection")}; no call became slower`,
      predicate: predicate.value(
        entity,
        "pool.in_use",
        "max",
        ">=",
        Math.max(...inUse.items.map((each) => levelNow(each, scope) ?? 0)) * 0.9,
        afterBaseline(scope),
      ),
      changeId: release?.id ?? null,
      refutes: [
        {
          entityId: entity.id,
          faultClass: "pool-exhausted",
          why: "connections are not given back: a larger pool would fill as well",
        },
      ],
    });
  },
});

/** Calls of databases, now over usual. Null where none can be seen, or so few that nothing can fall. */
function callsLeft(made: readonly Series[], scope: Scope): { now: number; usual: number; ratio: number } | null {
  const ofDatabases = made.filter(({ dimensions }) => entityOf(scope, dimensions.peer ?? "")?.kind === "database");
  const shift = shiftNow(sum(ofDatabases), scope, 0.1);
  if (!shift || shift.ratio === null || shift.usual.median < leastCallsPerSecond) return null;
  return { now: shift.now, usual: shift.usual.median, ratio: shift.ratio };
}

const leastCallsPerSecond = 0.5;

/**
 * Every connection is taken and hardly a statement is run: who took them does nothing with them. Too much work keeps
 * connections busy (Little's law: in use = rate × time), so neither load nor retries explain it, however many there are.
 */
function heldIdle(
  entity: Entity,
  scope: Scope,
  { used, now, cap, idle }: { used: Used; now: number; cap: number; idle: { now: number; usual: number } },
): Draft {
  const why = `${entity.name} runs hardly a statement, and all its connections are taken: no work holds them`;
  return finding({
    entity,
    evidence: "state",
    effect: 0.7,
    onset: onsetOf(used, { direction: "up", minimumChange: 1 }),
    sentence: `${entity.name} holds ${count(now, "connection")} of ${cap} and hardly uses them: it asks its database ${perSecond(idle.now)}, usually ${perSecond(idle.usual)}`,
    predicate: predicate.value(entity, "pool.in_use", "max", ">=", now * 0.9, afterBaseline(scope)),
    refutes: [
      { entityId: entity.id, faultClass: "pool-exhausted", why },
      ...[entity.id, ...callersOf(scope, entity.id).map(({ from }) => from)].map((entityId) => ({
        entityId,
        faultClass: "retry-storm" as const,
        why,
      })),
    ],
  });
}

type Used = NonNullable<ReturnType<typeof sum>>;

/** In all of the last five samples nearly as high: connections in honest use come and go. */
function stays(used: Used, scope: Scope, now: number): boolean {
  const last = pointsWithin(used, afterBaseline(scope)).slice(-5);
  return last.length === 5 && last.every(({ value }) => value >= 0.95 * now);
}
