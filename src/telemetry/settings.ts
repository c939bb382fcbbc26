import type { PoolConfig } from "pg";
import type { RuleSettings } from "./rules/rule-settings.ts";

/** Everything that code hands to the telemetry service. Plain data: it crosses into the worker thread. */
export type TelemetrySettings = {
  /** Its own database, `midwatch_telemetry` by default; never the one of incidents. */
  connection: PoolConfig | string;
  host: string;
  /** 0: any free port; the started service tells which. */
  port: number;
  /** Who may send. Nobody without a token, so an empty list refuses all. */
  senders: { name: string; token: string }[];
  retention: RetentionSettings;
  limits: IntakeLimits;
  traces: TraceSettings;
  /** Null: no own alerts. */
  rules: RuleSettings | null;
  evaluateEverySeconds: number;
};

export type RetentionSettings = {
  /** Roll-ups, log counts and metric points. */
  hours: number;
  /** Raw spans and sampled log lines, which are large and soon of no interest. */
  rawHours: number;
  /** All partitions together. The oldest raw partitions go first when it is exceeded. */
  maximumBytes: number;
};

export type IntakeLimits = {
  /** One request, after unpacking: 413 above. */
  bodyBytes: number;
  /** Being read, or waiting to be written: 503 above. */
  pendingBytes: number;
  /** Distinct metric series, resources and operations remembered; what exceeds them is refused and said. */
  series: number;
  resources: number;
  operations: number;
};

export type TraceSettings = {
  /** A trace is counted when none of its spans has arrived for this long. */
  quietSeconds: number;
  /** Or when this long has passed since the first, so that an endless trace is not kept for ever. */
  maximumSeconds: number;
  /** Spans held for traces that are still open or might be corrected; the oldest are counted early above. */
  maximumSpans: number;
};

/** Buckets of roll-ups, log counts and heartbeats. The finest step that can be asked for. */
export const BUCKET_SECONDS = 5;
export const BUCKET_MILLISECONDS = BUCKET_SECONDS * 1000;

/** Clocks of senders may be ahead of ours by this much; later points are refused and said. */
export const FUTURE_TOLERANCE_MILLISECONDS = 10 * 60_000;

export const defaultLimits: IntakeLimits = {
  bodyBytes: 16 * 2 ** 20,
  pendingBytes: 96 * 2 ** 20,
  series: 200_000,
  resources: 10_000,
  operations: 50_000,
};

/** 4 s: SDKs export every 1 to 5 s, and a trace's spans leave its processes at different times. */
export const defaultTraces: TraceSettings = { quietSeconds: 4, maximumSeconds: 30, maximumSpans: 150_000 };

export const defaultRetention: RetentionSettings = { hours: 24 * 7, rawHours: 6, maximumBytes: 8 * 2 ** 30 };
