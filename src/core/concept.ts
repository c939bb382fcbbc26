/**
 * What a need asks for, whatever an estate calls it. The catalogue says what a value means; which series carries it in
 * an estate is the business of that connection's signal map.
 */
export type ConceptDefinition = {
  /** UCUM. Ratios are `1`, 0 to 1. */
  unit: "1" | "s" | "By" | "{request}/s" | "{event}/s" | "{item}" | "{core}" | "{connection}";
  kind: "level" | "rate" | "ratio" | "duration" | "instant";
  /** Which direction hurts. `none`: only context. */
  bad: "up" | "down" | "both" | "none";
  /** Internal: made inside the entity. External: what its callers see. */
  side: "internal" | "external";
  /** The concept that bounds this one, for saturation. */
  limit?: ConceptId;
  title: string;
};

function define(
  title: string,
  unit: ConceptDefinition["unit"],
  kind: ConceptDefinition["kind"],
  bad: ConceptDefinition["bad"],
  side: ConceptDefinition["side"],
): Omit<ConceptDefinition, "limit"> {
  return { title, unit, kind, bad, side };
}

const catalogue = {
  // What callers of an entity see. Per entity; dimensions may keep version, instance, route.
  "request.rate": define("requests", "{request}/s", "rate", "none", "external"),
  "request.error_ratio": define("failed requests", "1", "ratio", "up", "external"),
  "request.latency": define("latency", "s", "duration", "up", "external"),
  /** Mean time a request spends in the entity itself, children's time taken away (METHODS 2.5). */
  "request.self_time": define("own time a request", "s", "duration", "up", "internal"),
  /** Failed requests without a failed call below them: errors that begin here. */
  "request.error_origin_rate": define("errors that begin here", "{event}/s", "rate", "up", "internal"),
  "request.active": define("requests in flight", "{item}", "level", "up", "external"),

  // What an entity sees of those it calls. Dimension `peer` is the callee's entity id.
  "call.rate": define("calls", "{request}/s", "rate", "none", "external"),
  "call.error_ratio": define("failed calls", "1", "ratio", "up", "external"),
  "call.latency": define("latency of calls", "s", "duration", "up", "external"),
  /** Client-side duration minus the server's own duration: network, proxies, queues in between. */
  "call.network_gap": define("time between caller and callee", "s", "duration", "up", "external"),
  "call.timeout_rate": define("calls that timed out", "{event}/s", "rate", "up", "external"),
  "call.connect_error_rate": define("connections refused or lost", "{event}/s", "rate", "up", "external"),
  /** Attempts beyond the first. */
  "call.retry_rate": define("retried calls", "{event}/s", "rate", "up", "external"),
  "call.rate_limited_ratio": define("calls refused as too many", "1", "ratio", "up", "external"),

  "cpu.usage": define("processor use", "{core}", "level", "up", "internal"),
  "cpu.limit": define("processor limit", "{core}", "level", "none", "internal"),
  "cpu.throttled_ratio": define("throttled time", "1", "ratio", "up", "internal"),
  "memory.working_set": define("memory", "By", "level", "up", "internal"),
  "memory.limit": define("memory limit", "By", "level", "none", "internal"),
  "heap.used": define("heap", "By", "level", "up", "internal"),
  "heap.limit": define("heap limit", "By", "level", "none", "internal"),
  "gc.time_ratio": define("time spent collecting garbage", "1", "ratio", "up", "internal"),
  "event_loop.delay": define("event loop delay", "s", "duration", "up", "internal"),
  "event_loop.utilization": define("event loop use", "1", "ratio", "up", "internal"),
  "file_descriptors.used": define("open files", "{item}", "level", "up", "internal"),
  "file_descriptors.limit": define("open files limit", "{item}", "level", "none", "internal"),

  "pool.in_use": define("connections in use", "{connection}", "level", "up", "internal"),
  "pool.idle": define("idle connections", "{connection}", "level", "none", "internal"),
  "pool.limit": define("connection limit", "{connection}", "level", "none", "internal"),
  "pool.pending": define("requests waiting for a connection", "{item}", "level", "up", "internal"),
  "pool.wait": define("wait for a connection", "s", "duration", "up", "internal"),

  "disk.used": define("disk used", "By", "level", "up", "internal"),
  "disk.capacity": define("disk size", "By", "level", "none", "internal"),
  "disk.write_error_rate": define("failed writes", "{event}/s", "rate", "up", "internal"),

  "cache.hit_ratio": define("cache hits", "1", "ratio", "down", "internal"),
  "cache.request_rate": define("cache look-ups", "{request}/s", "rate", "none", "internal"),
  "cache.eviction_rate": define("evictions", "{event}/s", "rate", "up", "internal"),
  "cache.used": define("cache size", "By", "level", "none", "internal"),
  "cache.limit": define("cache limit", "By", "level", "none", "internal"),

  "queue.depth": define("queue length", "{item}", "level", "up", "internal"),
  "queue.oldest_age": define("age of the oldest message", "s", "duration", "up", "internal"),
  "queue.publish_rate": define("messages in", "{event}/s", "rate", "none", "external"),
  "queue.process_rate": define("messages done", "{event}/s", "rate", "down", "internal"),
  "queue.failure_rate": define("messages failed", "{event}/s", "rate", "up", "internal"),
  "queue.redelivery_rate": define("messages delivered again", "{event}/s", "rate", "up", "internal"),

  "dns.lookup_time": define("name look-up time", "s", "duration", "up", "internal"),
  "dns.failure_rate": define("failed name look-ups", "{event}/s", "rate", "up", "internal"),
  /** Unix seconds at which the certificate that the entity presents ends. */
  "certificate.not_after": define("certificate valid until", "s", "instant", "none", "internal"),

  "process.start_time": define("process start", "s", "instant", "none", "internal"),
  "process.restart_rate": define("restarts", "{event}/s", "rate", "up", "internal"),
  /** 1 where a scrape or heartbeat succeeded, 0 where it failed. */
  up: define("up", "1", "ratio", "down", "external"),
  "instance.count": define("instances", "{item}", "level", "down", "internal"),
  "schedule.running": define("job running", "1", "ratio", "none", "internal"),
} as const;

export type ConceptId = keyof typeof catalogue;

/** Which concept bounds which: used over limit is saturation. */
const conceptLimits: Partial<Record<ConceptId, ConceptId>> = {
  "cpu.usage": "cpu.limit",
  "memory.working_set": "memory.limit",
  "heap.used": "heap.limit",
  "pool.in_use": "pool.limit",
  "disk.used": "disk.capacity",
  "cache.used": "cache.limit",
  "file_descriptors.used": "file_descriptors.limit",
};

export const conceptIds = Object.keys(catalogue) as ConceptId[];

export function conceptDefinition(id: ConceptId): ConceptDefinition {
  const limit = conceptLimits[id];
  return limit ? { ...catalogue[id], limit } : catalogue[id];
}

export function isConceptId(text: string): text is ConceptId {
  return text in catalogue;
}

/** How samples within one step become one value. `rate` needs a counter, the percentiles a histogram or raw durations. */
export const statistics = ["mean", "sum", "rate", "max", "min", "last", "p50", "p95", "p99"] as const;
export type Statistic = (typeof statistics)[number];

/** Dimensions that an answer may keep apart. `peer` and `instance` values are entity ids where midwatch knows them. */
export const dimensions = ["peer", "instance", "version", "zone", "route", "operation", "status", "reason"] as const;
export type Dimension = (typeof dimensions)[number];

/** What users feel: what a complaint is measured by, whatever it named. */
export const feltConcepts: readonly ConceptId[] = [
  "request.error_ratio",
  "request.latency",
  "queue.depth",
  "queue.oldest_age",
  "up",
];
