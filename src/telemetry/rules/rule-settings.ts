/**
 * Windows and thresholds of the own alert rules. The same values run in the trial, in the replay of thirty healthy days and
 * in production; where they come from stands beside each.
 */
export type RuleSettings = {
  /** Usual behaviour is taken from this long before, without the latest half minute. */
  baselineSeconds: number;
  /** Nothing is unusual before this much history is there. */
  warmUpSeconds: number;
  /** How long after a new instance or version appeared a signal has to stay bad for longer: starting is slow. */
  startUpSeconds: number;
  errors: { minimumRatio: number; factor: number; buckets: number; z: number; minimumErrors: number };
  latency: {
    ratio: number;
    z: number;
    buckets: number;
    strongRatio: number;
    strongZ: number;
    strongBuckets: number;
    /** Of several buckets together, each of them beyond `ratio`: the sum of their z over the root of their number. */
    sumZ: number;
    minimumIncreaseSeconds: number;
  };
  silence: { buckets: number; expectedRequests: number; share: number; goneSeconds: number };
  /** So many starts of one instance within the time; over when none came for `quietSeconds`, longer where they are rare. */
  restarts: { windows: [RestartWindow, ...RestartWindow[]]; quietSeconds: number };
  queue: {
    growingSeconds: number;
    minimumItems: number;
    minimumAgeSeconds: number;
    burstAgeSeconds: number;
    factor: number;
  };
  saturation: { pool: number; memory: number; disk: number; fileDescriptors: number; seconds: number };
  runOut: { memoryHorizonSeconds: number; diskHorizonSeconds: number; minimumRise: number; minimumUse: number };
  burn: {
    objective: number;
    windowScale: number;
    windows: { factor: number; longSeconds: number; shortSeconds: number; severity: "critical" | "high" | "medium" }[];
  };
  /** A service's own objective overrules `burn.objective`; keyed by service name. */
  objectives: Record<string, { availability: number | null; latencySeconds: number | null }>;
  /** An alert is resolved after its signal was good for this long. */
  clearSeconds: number;
  /** After this long a level that stays is the new usual one. */
  relearnSeconds: number;
};

type RestartWindow = { count: number; seconds: number };

export const defaultRules: RuleSettings = {
  baselineSeconds: 1_800,
  warmUpSeconds: 50,
  startUpSeconds: 25,
  // 2 %: twice the error budget of a 99 % objective; 3 times the upper bound of what is usual here; z 3.5 leaves one false
  // alarm in thousands of independent looks, and three buckets in a row make looks that are not independent harmless.
  errors: { minimumRatio: 0.02, factor: 3, buckets: 3, z: 3.5, minimumErrors: 5 },
  // 1.6: releases and bursts of healthy systems move latency by up to a half (docs/decisions, replay of 30 days).
  latency: {
    ratio: 1.6,
    z: 5,
    buckets: 3,
    strongRatio: 3,
    strongZ: 10,
    strongBuckets: 2,
    // Stouffer's sum; 7 instead of the 3.5 of independent samples, because neighbouring buckets are alike.
    sumZ: 7,
    // Less than a fiftieth of a second more is felt by nobody, whatever multiple of the usual it is.
    minimumIncreaseSeconds: 0.02,
  },
  silence: { buckets: 3, expectedRequests: 15, share: 0.05, goneSeconds: 20 },
  // One restart is somebody's wish or is over when it is told; two so soon after each other, or three in ten minutes
  // (as in kubernetes-mixin's KubePodCrashLooping), are a loop.
  restarts: {
    windows: [
      { count: 2, seconds: 120 },
      { count: 3, seconds: 600 },
    ],
    quietSeconds: 40,
  },
  // A burst is what a queue is for: while more comes in than usual, its messages may wait for a minute, else ten seconds.
  queue: { growingSeconds: 15, minimumItems: 20, minimumAgeSeconds: 10, burstAgeSeconds: 60, factor: 3 },
  saturation: { pool: 0.95, memory: 0.92, disk: 0.9, fileDescriptors: 0.9, seconds: 15 },
  runOut: { memoryHorizonSeconds: 600, diskHorizonSeconds: 1_800, minimumRise: 0.08, minimumUse: 0.5 },
  burn: {
    objective: 0.99,
    windowScale: 1,
    // SRE workbook, chapter 5 (METHODS 3): 2 % of a month's budget in an hour, 5 % in six hours, 10 % in three days.
    windows: [
      { factor: 14.4, longSeconds: 3_600, shortSeconds: 300, severity: "critical" },
      { factor: 6, longSeconds: 21_600, shortSeconds: 1_800, severity: "high" },
      { factor: 3, longSeconds: 86_400, shortSeconds: 7_200, severity: "medium" },
    ],
  },
  objectives: {},
  clearSeconds: 20,
  relearnSeconds: 3_600,
};
