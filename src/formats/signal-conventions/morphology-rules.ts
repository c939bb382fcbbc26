import type { ConceptId } from "../../core/concept.ts";

/** Values of this kind a rule needs, so that they can be brought into base units. */
type Quantity = "bytes" | "seconds" | "ratio" | "count";

/**
 * A metric means the concept when its name holds a word of each group and none of `none`. The first rule that fits wins,
 * so what is special stands before what is general.
 */
export type MorphologyRule = {
  concept: ConceptId;
  every: string[][];
  none?: string[];
  /** `counter`: also counted by a distribution. */
  form: "gauge" | "counter" | "distribution" | "sum-rate";
  quantity: Quantity;
  across?: "sum" | "mean" | "max" | "min";
};

const pool = ["pool", "hikaricp", "hikari", "jdbc", "dbcp", "pgxpool", "connections", "conns", "connection"];
const limitWords = ["limit", "max", "maximum", "quota", "capacity", "ceiling", "maxsize", "allowed", "cap"];
const usedWords = [
  "used",
  "usage",
  "use",
  "inuse",
  "active",
  "busy",
  "borrowed",
  "acquired",
  "allocated",
  "alloc",
  "occupied",
  "live",
  "current",
];
const failWords = ["error", "errors", "failure", "failures", "failed", "fail", "exceptions"];
const eventLoop = ["eventloop", "loop"];
const certificate = ["cert", "certificate", "certificates", "tls", "ssl", "x509"];
const queue = [
  "queue",
  "queues",
  "queued",
  "message",
  "messages",
  "job",
  "jobs",
  "task",
  "tasks",
  "topic",
  "consumer",
  "consumergroup",
  "mq",
  "stream",
  "backlog",
  "outbox",
  "broker",
];
const disk = ["disk", "storage", "filesystem", "volume", "fs", "disc", "bucket", "store"];
const cache = ["cache", "caches", "caching", "keyspace", "memcached"];
const dns = ["dns", "resolver", "nslookup", "resolve", "resolution"];
const memory = ["memory", "mem", "rss", "resident"];

export const morphologyRules: MorphologyRule[] = [
  { concept: "dns.lookup_time", every: [dns], none: failWords, form: "distribution", quantity: "seconds" },
  { concept: "dns.failure_rate", every: [dns, failWords], form: "counter", quantity: "count" },

  {
    concept: "certificate.not_after",
    every: [certificate, ["after", "expiry", "expires", "expiration", "expire", "until", "notafter", "end"]],
    none: ["days", "remaining", "left"],
    form: "gauge",
    quantity: "seconds",
    across: "min",
  },

  {
    concept: "gc.time_ratio",
    every: [["gc", "garbage"]],
    none: ["count", "bytes"],
    form: "sum-rate",
    quantity: "seconds",
  },
  {
    concept: "event_loop.utilization",
    every: [eventLoop, ["utilization", "utilisation", "busy", "use"]],
    form: "gauge",
    quantity: "ratio",
    across: "max",
  },
  {
    concept: "event_loop.delay",
    every: [eventLoop, ["delay", "lag", "latency", "block", "blocked"]],
    none: ["p50", "p90", "min", "mean", "stddev", "mode"],
    form: "gauge",
    quantity: "seconds",
    across: "max",
  },
  {
    concept: "event_loop.delay",
    every: [eventLoop, ["delay", "lag", "latency"]],
    form: "distribution",
    quantity: "seconds",
  },
  { concept: "heap.limit", every: [["heap"], limitWords], form: "gauge", quantity: "bytes" },
  { concept: "heap.used", every: [["heap"], usedWords], none: ["total", "objects"], form: "gauge", quantity: "bytes" },
  {
    concept: "file_descriptors.limit",
    every: [["fds", "fd", "descriptor", "descriptors", "files"], limitWords],
    form: "gauge",
    quantity: "count",
  },
  {
    concept: "file_descriptors.used",
    every: [
      ["fds", "fd", "descriptor", "descriptors", "files"],
      ["open", ...usedWords],
    ],
    form: "gauge",
    quantity: "count",
  },

  {
    concept: "pool.wait",
    every: [pool, ["wait", "acquire", "checkout", "acquisition", "borrow", "waiting", "waited"]],
    form: "distribution",
    quantity: "seconds",
  },
  {
    concept: "pool.pending",
    every: [pool, ["pending", "waiting", "waiters", "queued", "queue", "wait", "awaiting", "blocked"]],
    form: "gauge",
    quantity: "count",
  },
  {
    concept: "pool.limit",
    every: [pool, [...limitWords, "size"]],
    none: ["idle", "min", "lifetime"],
    form: "gauge",
    quantity: "count",
  },
  {
    concept: "pool.idle",
    every: [pool, ["idle", "free", "available", "unused"]],
    none: ["closed", ...limitWords],
    form: "gauge",
    quantity: "count",
  },
  {
    concept: "pool.in_use",
    every: [pool, usedWords],
    none: ["http", "server", "websocket", "accepted"],
    form: "gauge",
    quantity: "count",
  },

  { concept: "cache.eviction_rate", every: [["evicted", "evictions", "eviction"]], form: "counter", quantity: "count" },
  { concept: "cache.limit", every: [cache, limitWords], none: ["connections"], form: "gauge", quantity: "bytes" },
  {
    concept: "cache.used",
    every: [cache, ["size", "bytes", ...usedWords]],
    none: ["connections", "entries", "items", "keys", "hits"],
    form: "gauge",
    quantity: "bytes",
  },

  {
    concept: "queue.oldest_age",
    every: [
      [...queue, "event", "events"],
      ["age", "oldest"],
    ],
    form: "gauge",
    quantity: "seconds",
    across: "max",
  },
  {
    concept: "queue.redelivery_rate",
    every: [queue, ["redelivered", "redeliveries", "redelivery", "requeued", "retried", "retries"]],
    form: "counter",
    quantity: "count",
  },
  {
    concept: "queue.failure_rate",
    every: [queue, [...failWords, "nacked", "rejected", "dead", "deadlettered", "dlq"]],
    form: "counter",
    quantity: "count",
  },
  {
    concept: "queue.publish_rate",
    every: [queue, ["published", "publish", "enqueued", "enqueue", "produced", "sent", "received", "added", "in"]],
    none: ["bytes"],
    form: "counter",
    quantity: "count",
  },
  {
    concept: "queue.process_rate",
    every: [
      queue,
      [
        "processed",
        "process",
        "consumed",
        "acked",
        "acknowledged",
        "dequeued",
        "handled",
        "done",
        "completed",
        "finished",
        "delivered",
      ],
    ],
    none: ["bytes"],
    form: "counter",
    quantity: "count",
  },
  {
    concept: "queue.depth",
    every: [
      queue,
      [
        "depth",
        "length",
        "size",
        "ready",
        "pending",
        "waiting",
        "backlog",
        "lag",
        "messages",
        "count",
        "unacked",
        "outstanding",
        "visible",
      ],
    ],
    none: ["bytes", "age", "oldest", "max", "limit", "capacity", "threads"],
    form: "gauge",
    quantity: "count",
  },

  {
    concept: "disk.write_error_rate",
    every: [disk, ["write", "writes", "put"], failWords],
    form: "counter",
    quantity: "count",
  },
  { concept: "disk.write_error_rate", every: [["enospc"]], form: "counter", quantity: "count" },
  { concept: "disk.used", every: [disk, usedWords], form: "gauge", quantity: "bytes" },
  { concept: "disk.capacity", every: [disk, [...limitWords, "size", "total"]], form: "gauge", quantity: "bytes" },

  {
    concept: "cpu.throttled_ratio",
    every: [["cpu"], ["throttled", "throttling"], ["ratio", "share", "percent", "fraction"]],
    form: "gauge",
    quantity: "ratio",
    across: "max",
  },
  {
    concept: "cpu.usage",
    every: [["cpu"]],
    none: ["throttled", "throttling", "limit", "quota", "request", "requests", "wait", "idle"],
    form: "counter",
    quantity: "seconds",
  },
  {
    concept: "cpu.limit",
    every: [["cpu"], [...limitWords, "cores", "count"]],
    none: ["usage", "used", "throttled"],
    form: "gauge",
    quantity: "count",
  },
  {
    concept: "cpu.usage",
    every: [["cpu"], ["usage", "utilization", "utilisation", "used", "percent", "load", "ratio"]],
    none: ["throttled", "limit", "system", "host"],
    form: "gauge",
    quantity: "ratio",
  },
  { concept: "memory.limit", every: [memory, limitWords], none: ["swap"], form: "gauge", quantity: "bytes" },
  {
    concept: "memory.working_set",
    every: [memory],
    none: [
      "heap",
      "virtual",
      "swap",
      "cache",
      "cached",
      "free",
      "available",
      "total",
      "peak",
      "failures",
      "gc",
      "external",
      "nonheap",
    ],
    form: "gauge",
    quantity: "bytes",
  },

  {
    concept: "schedule.running",
    every: [
      ["job", "cron", "schedule", "backup", "batch"],
      ["running", "active", "inprogress"],
    ],
    form: "gauge",
    quantity: "count",
    across: "max",
  },
  {
    concept: "request.active",
    every: [
      ["requests", "request", "transactions", "http", "server"],
      ["active", "inflight", "flight", "concurrent", "current", "ongoing"],
    ],
    form: "gauge",
    quantity: "count",
  },
  { concept: "process.restart_rate", every: [["restart", "restarts"]], form: "counter", quantity: "count" },
  {
    concept: "process.start_time",
    every: [
      ["process", "start", "boot"],
      ["start", "started", "boot"],
      ["time", "timestamp"],
    ],
    form: "gauge",
    quantity: "seconds",
    across: "max",
  },
  {
    concept: "call.retry_rate",
    every: [["retry", "retries", "retried", "resend", "reattempts"]],
    form: "counter",
    quantity: "count",
  },
  {
    concept: "call.timeout_rate",
    every: [["timeout", "timeouts", "timedout"]],
    none: pool,
    form: "counter",
    quantity: "count",
  },
];

/** What tells of requests, and from which end. Used where no rule above fits. */
export const requestWords = {
  counted: [
    "request",
    "requests",
    "reqs",
    "req",
    "call",
    "calls",
    "transactions",
    "rpcs",
    "rpc",
    "invocations",
    "responses",
    "http",
    "grpc",
  ],
  timed: [
    "request",
    "requests",
    "http",
    "grpc",
    "rpc",
    "response",
    "responses",
    "call",
    "calls",
    "handler",
    "transaction",
    "transactions",
    "server",
    "client",
    "endpoint",
    "query",
    "queries",
    "statement",
    "sql",
    "db",
    "database",
    "operation",
    "api",
    "route",
  ],
  client: [
    "client",
    "outbound",
    "outgoing",
    "upstream",
    "egress",
    "downstream",
    "dependency",
    "remote",
    "external",
    "peer",
    "backend",
    "call",
    "calls",
    "db",
    "database",
    "sql",
    "query",
    "queries",
    "statement",
  ],
  server: ["server", "inbound", "incoming", "ingress", "served", "handler"],
  failed: [...failWords, "5xx"],
  never: [
    "size",
    "bytes",
    "length",
    "tls",
    "handshake",
    "body",
    "payload",
    "rows",
    "in",
    "limit",
    "created",
    "config",
    "info",
    "build",
    "scrape",
  ],
};
