import { replayFault } from "./replay.ts";
import { defaultRules, type RuleSettings } from "./rule-settings.ts";

type Case = {
  name: string;
  disturbance: Parameters<typeof replayFault>[0]["disturbance"];
};

/** Each kind of fault from what is hardly felt to what nobody can miss. Every fifth service of the telemetry has a queue. */
const detectionCases: readonly Case[] = [
  ...[0.02, 0.05, 0.1, 0.3, 1].map((errorRatio) => ({
    name: `${errorRatio * 100} % of requests fail`,
    disturbance: { errorRatio },
  })),
  ...[1.5, 2, 3, 5].map((latencyFactor) => ({
    name: `requests take ${latencyFactor} times as long`,
    disturbance: { latencyFactor },
  })),
  { name: "a tenth of requests takes 10 times as long", disturbance: { latencyFactor: 10, slowShare: 0.1 } },
  { name: "a tenth of requests takes 50 times as long", disturbance: { latencyFactor: 50, slowShare: 0.1 } },
  ...[0.5, 0.1, 0].map((trafficFactor) => ({
    name: trafficFactor === 0 ? "requests stop" : `${trafficFactor * 100} % of the requests come`,
    disturbance: { trafficFactor },
  })),
  { name: "the service is gone", disturbance: { isGone: true } },
  { name: "connections are not given back", disturbance: { isPoolHeld: true } },
  ...[1, 5].map((megabytes) => ({
    name: `${megabytes} MB a second leak, of 512`,
    disturbance: { leakBytesPerSecond: megabytes * 1e6 },
  })),
  ...[2, 10].map((backlogPerSecond) => ({
    name: `${backlogPerSecond} messages a second are left over`,
    disturbance: { service: 4, backlogPerSecond },
  })),
  {
    name: "twice as many requests come, and 10 messages a second are left over",
    disturbance: { service: 4, trafficFactor: 2, backlogPerSecond: 10 },
  },
];

type Detection = {
  name: string;
  trials: number;
  detected: number;
  /** Of the detected ones. Null: none was. */
  medianSeconds: number | null;
  slowestTenthSeconds: number | null;
};

/** The loads of a small system, which say least in the same time. */
const REQUESTS_PER_SECOND = [3, 10];

/**
 * The counterpart of healthy days: faults of known size after ten healthy minutes at little load, and how long until an
 * alert about the broken service. What is silent in healthy days is worth nothing if it is silent here too.
 */
export function measureDetection(options: { trials: number; seed: number; settings?: RuleSettings }): Detection[] {
  const { trials, seed, settings = defaultRules } = options;
  return detectionCases.map(({ name, disturbance }) => {
    const delays: number[] = [];
    for (let trial = 0; trial < trials; trial++) {
      const { delaySeconds } = replayFault({
        seed: seed * 10_000 + trial,
        historySeconds: 600,
        watchSeconds: 300,
        disturbance,
        services: (disturbance.service ?? 0) + 2,
        requestsPerSecond: REQUESTS_PER_SECOND[trial % REQUESTS_PER_SECOND.length] as number,
        settings,
      });
      if (delaySeconds !== null) delays.push(delaySeconds);
    }
    delays.sort((left, right) => left - right);
    const at = (share: number) => delays[Math.min(delays.length - 1, Math.floor(share * delays.length))] ?? null;
    return { name, trials, detected: delays.length, medianSeconds: at(0.5), slowestTenthSeconds: at(0.9) };
  });
}
