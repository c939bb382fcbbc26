import type { IncomingItem } from "../../core/item.ts";
import type { Instant } from "../../core/window.ts";
import { BUCKET_MILLISECONDS } from "../settings.ts";
import { type Circumstance, createHealthyTelemetry, type Disturbance } from "./healthy-telemetry.ts";
import { createRuleEngine } from "./rule-engine.ts";
import { defaultRules, type RuleSettings } from "./rule-settings.ts";

/** An alert of a healthy system, and what the day did when it fired. */
type FalseAlert = { item: IncomingItem; circumstances: Circumstance[] };

type ReplayResult = {
  days: number;
  evaluations: number;
  alerts: FalseAlert[];
  alertsPerDay: number;
  /** Upper 95 % bound of the rate that this count allows. */
  boundPerDay: number;
};

/** Any Monday, midnight; replays begin there. */
const START = 1_767_571_200_000;

/**
 * Healthy days through the alert rules with the windows and thresholds that run in production: every alert is a false one.
 * Pure and seeded; well under a minute of processor time a day for twelve services.
 */
export function replayHealthyDays(options: {
  days: number;
  seed: number;
  services?: number;
  settings?: RuleSettings;
  startHour?: number;
}): ReplayResult {
  const { days, seed, services = 12, settings = defaultRules } = options;
  const startAt = START + (options.startHour ?? 0) * 3_600_000;
  const telemetry = createHealthyTelemetry({ seed, services, startAt });
  const engine = createRuleEngine(settings);
  const alerts: FalseAlert[] = [];
  const buckets = Math.round((days * 86_400_000) / BUCKET_MILLISECONDS);
  for (let index = 0; index < buckets; index++) {
    const bucketAt = startAt + index * BUCKET_MILLISECONDS;
    for (const item of engine.evaluate(telemetry.tick(bucketAt))) {
      if (item.status !== "firing") continue;
      alerts.push({ item, circumstances: telemetry.circumstances(item.labels["subject"] ?? "", bucketAt) });
    }
  }
  const boundPerDay = upperPoissonBound(alerts.length) / days;
  return { days, evaluations: buckets, alerts, alertsPerDay: alerts.length / days, boundPerDay };
}

/**
 * A fault after `historySeconds` of healthy life: how long until the first alert about the service, and what it said. Null
 * when none came within `watchSeconds`. `before`: false alarms until then.
 */
export function replayFault(options: {
  seed: number;
  historySeconds: number;
  watchSeconds: number;
  disturbance: Partial<Omit<Disturbance, "from">>;
  services?: number;
  requestsPerSecond?: number;
  settings?: RuleSettings;
}): { delaySeconds: number | null; first: IncomingItem | null; before: IncomingItem[] } {
  const { seed, historySeconds, watchSeconds, services = 8, settings = defaultRules } = options;
  const startAt = START + 12 * 3_600_000 + (seed % 7) * 1_000_000;
  const { requestsPerSecond } = options;
  const telemetry = createHealthyTelemetry({
    seed,
    services,
    startAt,
    ...(requestsPerSecond === undefined ? {} : { requestsPerSecond }),
  });
  const engine = createRuleEngine(settings);
  const faultAt = startAt + historySeconds * 1000 + ((seed * 997) % 5_000);
  const disturbance: Disturbance = { ...calm, ...options.disturbance, from: faultAt };
  const broken = `service-${disturbance.service}`;
  const before: IncomingItem[] = [];
  for (let at: Instant = startAt; at < faultAt + watchSeconds * 1000; at += BUCKET_MILLISECONDS) {
    const tick = telemetry.tick(at, disturbance);
    for (const item of engine.evaluate(tick)) {
      if (item.status !== "firing") continue;
      if (tick.now <= faultAt) before.push(item);
      else if (item.labels["service.name"] === broken)
        return { delaySeconds: (tick.now - faultAt) / 1000, first: item, before };
    }
  }
  return { delaySeconds: null, first: null, before };
}

const calm: Disturbance = {
  service: 0,
  from: 0,
  latencyFactor: 1,
  slowShare: 1,
  errorRatio: 0,
  trafficFactor: 1,
  isGone: false,
  leakBytesPerSecond: 0,
  backlogPerSecond: 0,
  isPoolHeld: false,
};

/** Upper 95 % bound of a Poisson mean after `count` events (Wilson and Hilferty's approximation of chi-square). */
export function upperPoissonBound(count: number): number {
  const freedom = 2 * (count + 1);
  return (freedom / 2) * (1 - 2 / (9 * freedom) + 1.645 * Math.sqrt(2 / (9 * freedom))) ** 3;
}
