import type { ConceptId } from "../../core/concept.ts";
import type { Instant } from "../../core/window.ts";

/** Who an alert is about. */
export type Subject = {
  /** Stable: `service/<namespace>/<name>`. */
  key: string;
  name: string;
  /** How telemetry names it, e.g. `service.name`. */
  attributes: Record<string, string>;
  /** Nobody that is traced calls it: users do. */
  isEntry: boolean;
  /** Key of the service of which this is one operation. Absent: it is the whole. */
  partOf?: string;
};

/** Increments of one bucket of five seconds; a bucket may come in several. */
export type RequestIncrement = {
  subject: Subject;
  bucketAt: Instant;
  count: number;
  errors: number;
  seconds: number;
  /** Logarithmic buckets as in `rollup/log-histogram.ts`. */
  histogram: ArrayLike<number>;
};

export type Heartbeat = { subject: Subject; instance: string; bucketAt: Instant };

/** A level as metrics tell it: pool in use, memory, queue length. */
export type LevelSample = { subject: Subject; concept: ConceptId; at: Instant; value: number };

/** What became known since the last evaluation. */
export type RuleTick = { now: Instant; requests: RequestIncrement[]; heartbeats: Heartbeat[]; levels: LevelSample[] };

/** What one rule says about one subject now. Null: the rule cannot say anything (no data, no baseline). */
export type RuleOpinion = {
  rule: string;
  subject: Subject;
  /** What tells one alert of this rule and subject from another: the pool, the window. */
  detail: string;
  isBad: boolean;
  /** Good enough to resolve; between the two the alert stays as it is. */
  isGood: boolean;
  /** Why it is over when it resolves, where that is not just that the numbers are well again. */
  endReason?: string;
  concept: ConceptId;
  /** When it seems to have begun. */
  since: Instant;
  severity: "critical" | "high" | "medium" | "low";
  title: string;
  description: string;
  observed: { value: number; unit: string };
  threshold: { value: number; unit: string };
};
