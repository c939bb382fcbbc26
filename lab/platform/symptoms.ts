import type { Probe } from "../service/settings.ts";

type RouteHealth = {
  route: string;
  count: number;
  errorRatio: number;
  medianSeconds: number;
  p90Seconds: number;
};
export type Symptoms = {
  add(probes: Probe[]): void;
  health(now: number, windowSeconds: number): RouteHealth[];
  /** From now until `untilAt` nothing counts as normal: something is, or has just been, broken on purpose. */
  disturbed(untilAt: number): void;
  /** The first bad request of a route that is degraded now; undefined when users see nothing. */
  degradedSince(now: number, windowSeconds?: number): { at: number; route: string; why: string } | undefined;
};

const keepMilliseconds = 180_000;
const windowSeconds = 8;
const leastRequests = 4;
const leastForBaseline = 10;
const relearnMilliseconds = 3000;
/** A user-visible symptom: one request in twenty fails (and at least two), or the usual request takes three times its time and 0.15 s more. */
const degradedErrorRatio = 0.05;
const slowFactor = 3;
const slowSeconds = 0.15;

/** What users see, from the load generator's own numbers: the lab's truth about when it began to hurt and when it stopped. */
export function createSymptoms(): Symptoms {
  let probes: Probe[] = [];
  const baseline = new Map<string, RouteHealth>();
  let learnedAt = 0;
  let disturbedUntil = Number.NEGATIVE_INFINITY;

  const health = (now: number, seconds: number): RouteHealth[] => {
    const recent = probes.filter((probe) => probe.at > now - seconds * 1000);
    return [...groupByRoute(recent)].map(([route, own]) => {
      const durations = own.map((probe) => probe.durationSeconds).sort((a, b) => a - b);
      const at = (quantile: number) =>
        durations[Math.min(durations.length - 1, Math.floor(quantile * durations.length))] ?? 0;
      return {
        route,
        count: own.length,
        errorRatio: own.filter(isBad).length / own.length,
        medianSeconds: at(0.5),
        p90Seconds: at(0.9),
      };
    });
  };

  /** What a route is usually like: its last two quiet minutes, once it has shown enough of itself. */
  const learn = (now: number) => {
    learnedAt = now;
    const quiet = Math.min(120, (now - disturbedUntil) / 1000);
    for (const route of health(now, quiet)) if (route.count >= leastForBaseline) baseline.set(route.route, route);
  };

  return {
    add(more) {
      const now = more.at(-1)?.at ?? 0;
      if (now > disturbedUntil && now - learnedAt > relearnMilliseconds) learn(now);
      probes.push(...more);
      const oldest = (more.at(-1)?.at ?? 0) - keepMilliseconds;
      if ((probes[0]?.at ?? 0) < oldest - 30_000) probes = probes.filter((probe) => probe.at > oldest);
    },
    health,
    disturbed(untilAt) {
      disturbedUntil = untilAt;
    },
    degradedSince(now, seconds = windowSeconds) {
      for (const route of health(now, seconds)) {
        const own = probes.filter((probe) => probe.route === route.route && probe.at > now - seconds * 1000);
        const bad = own.filter(isBad);
        if (bad.length >= 2 && route.errorRatio >= degradedErrorRatio)
          return { at: bad[0]?.at ?? now, route: route.route, why: `${bad.length} of ${own.length} requests failed` };
        const usual = baseline.get(route.route);
        if (!usual || route.count < leastRequests) continue;
        const slow = Math.max(slowFactor * usual.medianSeconds, usual.medianSeconds + slowSeconds);
        if (route.medianSeconds < slow) continue;
        const first = own.find((probe) => probe.durationSeconds >= slow);
        return {
          at: first?.at ?? now,
          route: route.route,
          why: `median ${route.medianSeconds.toFixed(2)} s, usually ${usual.medianSeconds.toFixed(2)} s`,
        };
      }
      return undefined;
    },
  };
}

/** Status 0 is no answer. */
const isBad = (probe: Probe): boolean => probe.status === 0 || probe.status >= 500;

function groupByRoute(probes: Probe[]): Map<string, Probe[]> {
  const groups = new Map<string, Probe[]>();
  for (const probe of probes) groups.set(probe.route, [...(groups.get(probe.route) ?? []), probe]);
  return groups;
}
