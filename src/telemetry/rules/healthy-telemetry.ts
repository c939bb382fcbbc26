import type { Instant } from "../../core/window.ts";
import { BUCKET_COUNT, bucketOf, createLogHistogram, lowerBoundOf } from "../rollup/log-histogram.ts";
import { BUCKET_MILLISECONDS } from "../settings.ts";
import type { LevelSample, RequestIncrement, RuleTick, Subject } from "./rule-input.ts";

type HealthySettings = {
  seed: number;
  services: number;
  startAt: Instant;
  /** Of every service, in the late afternoon. Absent: each has its own, from 2 to 42. */
  requestsPerSecond?: number;
};

/** What a healthy day does that could be mistaken for a fault; false alerts are told apart by it. */
export type Circumstance = "release" | "burst" | "after a burst" | "backup" | "pause";

/** What is changed to play a fault; everything is 1, 0 or null in a healthy system. */
export type Disturbance = {
  service: number;
  from: Instant;
  latencyFactor: number;
  /** Share of the requests that `latencyFactor` applies to. */
  slowShare: number;
  errorRatio: number;
  trafficFactor: number;
  isGone: boolean;
  /** Bytes a second on top of what is usual, for a limit of 512 MB. */
  leakBytesPerSecond: number;
  /** Messages a second that are left over. */
  backlogPerSecond: number;
  isPoolHeld: boolean;
};

const DAY = 86_400_000;
const MEMORY_LIMIT = 512e6;
const POOL_LIMIT = 20;
/** Of the histogram's buckets: natural logarithm of the ratio of two bounds, and the middle of each. */
const BUCKET_WIDTH = Math.log(2 ** 0.25);
const centres = Array.from({ length: BUCKET_COUNT }, (_, bucket) => lowerBoundOf(bucket + 0.5));

type ServiceState = {
  subject: Subject;
  requestsPerSecond: number;
  medianSeconds: number;
  sigma: number;
  errorRatio: number;
  /** Slow wandering of the level, as a logarithm. */
  level: number;
  shift: number;
  instance: number;
  startedAt: Instant;
  lastPauseAt: Instant;
  nextDeployAt: Instant;
  usesDatabase: boolean;
  memory: number;
  backlog: number;
  hasQueue: boolean;
};

/**
 * A healthy system, second by second as the rules see it: daily shape, bursts, releases with cold starts and a few failed
 * requests, pauses of garbage collection, a nightly backup, noise that wanders. Deterministic for a seed; pure.
 */
export function createHealthyTelemetry({ seed, services, startAt, requestsPerSecond }: HealthySettings) {
  const random = generator(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const poisson = (mean: number) => {
    if (mean > 40) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
    let count = 0;
    const least = Math.exp(-mean);
    for (let product = random(); product > least; product *= random()) count++;
    return count;
  };
  const states = Array.from({ length: services }, (_, index) => newService(index));
  let burst: { until: Instant; factor: number } = { until: 0, factor: 1 };
  let nextBurstAt = startAt + (random() * DAY) / 6;

  function newService(index: number): ServiceState {
    const name = `service-${index}`;
    return {
      subject: { key: `service//${name}`, name, attributes: { "service.name": name }, isEntry: index === 0 },
      requestsPerSecond: requestsPerSecond ?? 2 + 40 * random() ** 2,
      medianSeconds: 0.004 * 2 ** (5 * random()),
      sigma: 0.3 + 0.5 * random(),
      errorRatio: 0.0002 * 2 ** (5 * random()),
      level: 0,
      shift: 0,
      instance: 0,
      startedAt: startAt,
      lastPauseAt: Number.NEGATIVE_INFINITY,
      nextDeployAt: startAt + 120_000 + random() * DAY,
      usesDatabase: random() < 0.5,
      memory: MEMORY_LIMIT * (0.3 + 0.3 * random()),
      backlog: 0,
      hasQueue: index % 5 === 4,
    };
  }

  return {
    /** The bucket that begins at `bucketAt`, as it is known two seconds after its end. */
    tick(bucketAt: Instant, disturbance: Disturbance | null = null): RuleTick {
      const now = bucketAt + BUCKET_MILLISECONDS + 2_000;
      const tick: RuleTick = { now, requests: [], heartbeats: [], levels: [] };
      if (bucketAt >= nextBurstAt) {
        burst = { until: bucketAt + 20_000 + random() * 160_000, factor: 1.4 + 1.6 * random() };
        nextBurstAt = bucketAt + DAY * (0.05 + 0.25 * random());
      }
      const load = dailyShape(bucketAt) * (bucketAt < burst.until ? burst.factor : 1);
      const isBurst = bucketAt < burst.until;
      const isBackup = isBackupAt(bucketAt);
      states.forEach((state, index) => {
        const own =
          disturbance?.service === index && bucketAt + BUCKET_MILLISECONDS > disturbance.from ? disturbance : null;
        if (bucketAt >= state.nextDeployAt) deploy(state, bucketAt);
        if (own?.isGone) return;
        const increment = requestsOf(state, bucketAt, { load, isBurst, burstFactor: burst.factor, isBackup }, own);
        if (increment.count > 0) tick.requests.push(increment);
        const isRestarting = bucketAt - state.startedAt < BUCKET_MILLISECONDS;
        if (!isRestarting || random() < 0.5)
          tick.heartbeats.push({ subject: state.subject, instance: `${state.instance}`, bucketAt });
        if (bucketAt % 10_000 === 0) levelsOf(state, bucketAt, load, own, tick.levels);
      });
      return tick;
    },
    /** What went on at the subject around the bucket that was told last. */
    circumstances(subjectKey: string, bucketAt: Instant): Circumstance[] {
      const state = states.find(({ subject }) => subject.key === subjectKey);
      const found: Circumstance[] = [];
      if (state && state.instance > 0 && bucketAt - state.startedAt < 120_000) found.push("release");
      if (bucketAt < burst.until) found.push("burst");
      else if (bucketAt - burst.until < 120_000) found.push("after a burst");
      if (state?.usesDatabase && isBackupAt(bucketAt)) found.push("backup");
      if (state && bucketAt - state.lastPauseAt < 4 * BUCKET_MILLISECONDS) found.push("pause");
      return found;
    },
  };

  function deploy(state: ServiceState, at: Instant): void {
    state.instance++;
    state.startedAt = at;
    state.nextDeployAt = at + DAY * (0.2 + 0.7 * random());
    state.shift = Math.max(-0.2, Math.min(0.2, state.shift + 0.08 * normal()));
    state.memory = MEMORY_LIMIT * (0.25 + 0.15 * random());
  }

  function requestsOf(
    state: ServiceState,
    bucketAt: Instant,
    weather: { load: number; isBurst: boolean; burstFactor: number; isBackup: boolean },
    own: Disturbance | null,
  ): RequestIncrement {
    state.level = 0.97 * state.level + 0.02 * normal();
    const share = own ? Math.min(1, (bucketAt + BUCKET_MILLISECONDS - own.from) / BUCKET_MILLISECONDS) : 0;
    const count = poisson(state.requestsPerSecond * 5 * weather.load * (own ? 1 + share * (own.trafficFactor - 1) : 1));
    const age = (bucketAt - state.startedAt) / 1000;
    const isYoung = state.instance > 0 && age < 40;
    let median = state.medianSeconds * Math.exp(state.level + state.shift);
    if (isYoung) median *= 1 + 1.5 * Math.exp(-age / 8);
    if (weather.isBurst) median *= 1 + 0.15 * (weather.burstFactor - 1);
    if (weather.isBackup && state.usesDatabase) median *= 1.25;
    const isPause = random() < 0.004;
    if (isPause) state.lastPauseAt = bucketAt;
    const histogram = createLogHistogram();
    let seconds = 0;
    const slow = own ? share * own.slowShare : 0;
    const spread = (number: number, around: number) => {
      seconds += fillLogNormal(histogram, number, around, state.sigma);
    };
    spread(count * (1 - slow), median);
    if (slow > 0) spread(count * slow, median * (own?.latencyFactor ?? 1));
    if (isPause) {
      // A collection holds a few requests for a fifth of a second.
      const held = Math.ceil(count * 0.06);
      histogram[bucketOf(0.2)] = (histogram[bucketOf(0.2)] as number) + held;
      seconds += held * 0.2;
    }
    let errors = poisson(count * state.errorRatio);
    if (state.instance > 0 && age < 5) errors += poisson(count * 0.3 * random());
    if (own) errors += poisson(count * share * own.errorRatio);
    return { subject: state.subject, bucketAt, count, errors: Math.min(count, errors), seconds, histogram };
  }

  /** Counts of a log-normal distribution with the noise of a sample; returns the sum of the values. */
  function fillLogNormal(histogram: Int32Array, count: number, median: number, sigma: number): number {
    if (count <= 0) return 0;
    const middle = bucketOf(median);
    const width = Math.ceil((3.2 * sigma) / BUCKET_WIDTH);
    let seconds = 0;
    const scale = count / (sigma * Math.sqrt(2 * Math.PI));
    for (let bucket = Math.max(0, middle - width); bucket <= Math.min(BUCKET_COUNT - 1, middle + width); bucket++) {
      const centre = centres[bucket] as number;
      const z = Math.log(centre / median) / sigma;
      const expected = scale * Math.exp((-z * z) / 2) * BUCKET_WIDTH;
      const got = poisson(expected);
      histogram[bucket] = (histogram[bucket] as number) + got;
      seconds += got * centre;
    }
    return seconds;
  }

  function levelsOf(
    state: ServiceState,
    at: Instant,
    load: number,
    own: Disturbance | null,
    into: LevelSample[],
  ): void {
    const { subject } = state;
    const leak = own ? (own.leakBytesPerSecond * (at - own.from)) / 1000 : 0;
    // A slow climb between collections, and after a release the caches that fill.
    state.memory += MEMORY_LIMIT * (0.004 * random() + (at - state.startedAt < 120_000 ? 0.004 : 0));
    if (state.memory > MEMORY_LIMIT * (0.6 + 0.1 * random())) state.memory *= 0.6;
    into.push({
      subject,
      concept: "memory.working_set",
      at,
      value: Math.min(MEMORY_LIMIT, state.memory + Math.max(0, leak)),
    });
    into.push({ subject, concept: "memory.limit", at, value: MEMORY_LIMIT });
    const inUse = own?.isPoolHeld ? POOL_LIMIT : Math.min(POOL_LIMIT, poisson(5 * load));
    into.push({ subject, concept: "pool.in_use", at, value: inUse });
    into.push({ subject, concept: "pool.limit", at, value: POOL_LIMIT });
    if (!state.hasQueue) return;
    const left = own ? own.backlogPerSecond * 10 : 0;
    state.backlog = Math.max(0, state.backlog + left + (load > 1.8 ? 15 * random() : -40));
    into.push({ subject, concept: "queue.depth", at, value: Math.round(state.backlog + poisson(3 * load)) });
    const dayShare = (at % (7 * DAY)) / (7 * DAY);
    into.push({ subject, concept: "disk.used", at, value: 1e9 * (0.4 + 0.35 * dayShare + 0.01 * random()) });
    into.push({ subject, concept: "disk.capacity", at, value: 1e9 });
  }
}

function isBackupAt(at: Instant): boolean {
  const hour = (at % DAY) / 3_600_000;
  return hour > 2 && hour < 2.4;
}

/** A third at night, all of it in the late afternoon. */
function dailyShape(at: Instant): number {
  return 0.65 + 0.35 * Math.sin((2 * Math.PI * ((at % DAY) / 3_600_000 - 11)) / 24);
}

/** Mulberry32: small, quick, good enough for weather. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
