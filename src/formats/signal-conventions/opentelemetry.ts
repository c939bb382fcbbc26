import type { ConceptId } from "../../core/concept.ts";
import type { MetricInventoryEntry, SignalMapping } from "../../core/signal-map.ts";
import {
  counterRate,
  distribution,
  equals,
  gauge,
  isDistribution,
  line,
  type MetricIndex,
  matches,
  occurrences,
  type SignalConvention,
  scaled,
  sumRate,
} from "./convention.ts";
import { findLabel } from "./label-roles.ts";
import { callLines, servedLines } from "./request-lines.ts";

/**
 * OpenTelemetry's semantic conventions, stable and the older ones still in use, both as OTLP names them
 * (`http.server.request.duration`) and as exporters write them for Prometheus (`http_server_request_duration_seconds`).
 */
const speaker = { name: "opentelemetry", priority: 90 };

export const opentelemetry: SignalConvention = {
  name: speaker.name,
  map(metrics) {
    return [...requests(metrics), ...processes(metrics), ...pools(metrics), ...rest(metrics)];
  },
};

/** Prometheus exporters put the unit into the name, or not, and `_total` behind counters, or not. */
const unitSuffixes = ["", "_seconds", "_milliseconds", "_bytes", "_ratio", "_percent"];

function findMetric(metrics: MetricIndex, otlpName: string): MetricInventoryEntry | undefined {
  const underscored = otlpName.replaceAll(".", "_");
  return (
    metrics.get(otlpName) ??
    unitSuffixes
      .flatMap((suffix) => [`${underscored}${suffix}`, `${underscored}${suffix}_total`])
      .map((name) => metrics.get(name))
      .find((entry) => entry !== undefined)
  );
}

/** Seconds in one unit: from the unit that came along, else from the name. OTLP durations are seconds unless said otherwise. */
function secondsPerUnit(entry: MetricInventoryEntry, fallback: number): number {
  if (entry.unit === "ms" || entry.unit === "milliseconds" || /milliseconds$/.test(entry.metric)) return 0.001;
  if (entry.unit === "s" || entry.unit === "seconds" || /seconds$/.test(entry.metric)) return 1;
  return fallback;
}

function requests(metrics: MetricIndex): SignalMapping[] {
  const served: [string, number][] = [
    ["http.server.request.duration", 1],
    ["rpc.server.call.duration", 1],
    ["http.server.duration", 0.001],
    ["rpc.server.duration", 0.001],
  ];
  const called: [string, number][] = [
    ["http.client.request.duration", 1],
    ["rpc.client.call.duration", 1],
    ["db.client.operation.duration", 1],
    ["messaging.client.operation.duration", 1],
    ["http.client.duration", 0.001],
    ["rpc.client.duration", 0.001],
    ["db.client.operations.duration", 0.001],
  ];
  const lines: SignalMapping[] = [];
  served.forEach(([name, fallback], place) => {
    const entry = findMetric(metrics, name);
    if (entry && isDistribution(entry)) {
      lines.push(
        ...servedLines(speaker, entry, {
          secondsPerUnit: secondsPerUnit(entry, fallback),
          priority: speaker.priority - place,
        }),
      );
    }
  });
  called.forEach(([name, fallback], place) => {
    const entry = findMetric(metrics, name);
    if (entry && isDistribution(entry)) {
      lines.push(
        ...callLines(speaker, entry, {
          secondsPerUnit: secondsPerUnit(entry, fallback),
          priority: speaker.priority - place,
        }),
      );
    }
  });
  const active = findMetric(metrics, "http.server.active_requests");
  if (active) lines.push(line(speaker, "request.active", active, gauge(active.metric)));
  return lines;
}

/** Gauges that say one concept by themselves, most telling first. */
const levels: [ConceptId, string[], "sum" | "mean" | "max" | "min"][] = [
  ["cpu.usage", ["container.cpu.usage", "k8s.pod.cpu.usage"], "sum"],
  ["cpu.limit", ["container.cpu.limit", "k8s.container.cpu_limit", "k8s.container.cpu.limit"], "sum"],
  [
    "memory.working_set",
    [
      "container.memory.working_set",
      "k8s.pod.memory.working_set",
      "process.memory.usage",
      "container.memory.usage",
      "process.runtime.cpython.memory",
    ],
    "sum",
  ],
  [
    "memory.limit",
    [
      "container.memory.limit",
      "container.memory.available_limit",
      "k8s.container.memory_limit",
      "k8s.container.memory.limit",
      "process.memory.limit",
    ],
    "sum",
  ],
  ["heap.used", ["v8js.memory.heap.used", "go.memory.used"], "sum"],
  ["heap.limit", ["v8js.memory.heap.limit", "v8js.heap.size_limit", "go.memory.limit"], "sum"],
  [
    "event_loop.delay",
    ["nodejs.eventloop.delay.p99", "nodejs.eventloop.delay.max", "nodejs.eventloop.delay.mean"],
    "max",
  ],
  ["event_loop.utilization", ["nodejs.eventloop.utilization"], "max"],
  [
    "file_descriptors.used",
    ["process.open_file_descriptor.count", "process.unix.file_descriptor.count", "process.open_file_descriptors"],
    "sum",
  ],
  ["process.start_time", ["process.start_time"], "max"],
];

function processes(metrics: MetricIndex): SignalMapping[] {
  const lines: SignalMapping[] = [];
  for (const [concept, names, across] of levels) {
    names.forEach((name, place) => {
      const entry = findMetric(metrics, name);
      const factor = entry && concept === "event_loop.delay" ? secondsPerUnit(entry, 1) : 1;
      if (entry) {
        const expression = scaled(factor, gauge(entry.metric, [], across));
        lines.push(line(speaker, concept, entry, expression, { priority: speaker.priority - place }));
      }
    });
  }
  for (const name of ["process.cpu.time", "container.cpu.time", "k8s.pod.cpu.time"]) {
    const time = findMetric(metrics, name);
    if (!time) continue;
    const mode = findLabel(time, "cpu.mode", "process.cpu.state", "state", "mode");
    const busy = mode === undefined ? [] : [matches(mode, "|user|system|kernel|User|System")];
    lines.push(line(speaker, "cpu.usage", time, counterRate(time.metric, busy)));
  }
  const jvm = findMetric(metrics, "jvm.memory.used");
  const jvmLimit = findMetric(metrics, "jvm.memory.limit");
  for (const [concept, entry] of [
    ["heap.used", jvm],
    ["heap.limit", jvmLimit],
  ] as const) {
    if (!entry) continue;
    const area = findLabel(entry, "jvm.memory.type", "type", "area");
    lines.push(line(speaker, concept, entry, gauge(entry.metric, area ? [equals(area, "heap")] : [])));
  }
  const usedHeap =
    findMetric(metrics, "v8js.heap.space.used_size") ?? findMetric(metrics, "v8js.memory.heap.space.used");
  if (usedHeap)
    lines.push(line(speaker, "heap.used", usedHeap, gauge(usedHeap.metric), { priority: speaker.priority - 5 }));
  for (const name of [
    "v8js.gc.duration",
    "jvm.gc.duration",
    "process.runtime.jvm.gc.duration",
    "cpython.gc.duration",
  ]) {
    const collected = findMetric(metrics, name);
    if (collected && isDistribution(collected)) {
      lines.push(line(speaker, "gc.time_ratio", collected, scaled(secondsPerUnit(collected, 1), sumRate(collected))));
    }
  }
  return lines;
}

function pools(metrics: MetricIndex): SignalMapping[] {
  const lines: SignalMapping[] = [];
  const count = findMetric(metrics, "db.client.connection.count") ?? findMetric(metrics, "db.client.connections.usage");
  const state = count && findLabel(count, "db.client.connection.state", "state");
  if (count && state) {
    lines.push(line(speaker, "pool.in_use", count, gauge(count.metric, [equals(state, "used")])));
    lines.push(line(speaker, "pool.idle", count, gauge(count.metric, [equals(state, "idle")])));
  }
  const max = findMetric(metrics, "db.client.connection.max") ?? findMetric(metrics, "db.client.connections.max");
  if (max) lines.push(line(speaker, "pool.limit", max, gauge(max.metric)));
  const pending =
    findMetric(metrics, "db.client.connection.pending_requests") ??
    findMetric(metrics, "db.client.connections.pending_requests");
  if (pending) lines.push(line(speaker, "pool.pending", pending, gauge(pending.metric)));
  const wait =
    findMetric(metrics, "db.client.connection.wait_time") ?? findMetric(metrics, "db.client.connections.wait_time");
  if (wait && isDistribution(wait)) {
    const fallback = /connections.wait/.test(wait.metric) ? 0.001 : 1;
    lines.push(line(speaker, "pool.wait", wait, scaled(secondsPerUnit(wait, fallback), distribution(wait))));
  }
  return lines;
}

function rest(metrics: MetricIndex): SignalMapping[] {
  const lines: SignalMapping[] = [];
  const lookup = findMetric(metrics, "dns.lookup.duration");
  if (lookup && isDistribution(lookup)) {
    lines.push(line(speaker, "dns.lookup_time", lookup, scaled(secondsPerUnit(lookup, 1), distribution(lookup))));
    const reason = findLabel(lookup, "error.type");
    // A look-up that never failed has no such label yet: then nothing that matches is nothing that failed.
    lines.push(
      line(
        speaker,
        "dns.failure_rate",
        lookup,
        occurrences(lookup, [matches(reason ?? (lookup.metric.includes(".") ? "error.type" : "error_type"), ".+")]),
      ),
    );
  }
  const processed = findMetric(metrics, "messaging.process.duration");
  if (processed && isDistribution(processed)) {
    lines.push(line(speaker, "queue.process_rate", processed, occurrences(processed)));
    const reason = findLabel(processed, "error.type");
    if (reason)
      lines.push(line(speaker, "queue.failure_rate", processed, occurrences(processed, [matches(reason, ".+")])));
  }
  const sent =
    findMetric(metrics, "messaging.client.sent.messages") ?? findMetric(metrics, "messaging.publish.messages");
  if (sent) lines.push(line(speaker, "queue.publish_rate", sent, counterRate(sent.metric)));
  const used = findMetric(metrics, "system.filesystem.usage");
  const state = used && findLabel(used, "system.filesystem.state", "state");
  if (used && state) {
    lines.push(
      line(speaker, "disk.used", used, gauge(used.metric, [equals(state, "used")]), {
        entityKinds: ["host", "storage"],
      }),
    );
    // All states together are the whole disk only where the free part is told as well.
    if ((used.labels[state] ?? []).includes("free")) {
      lines.push(line(speaker, "disk.capacity", used, gauge(used.metric), { entityKinds: ["host", "storage"] }));
    }
  }
  const size = findMetric(metrics, "system.filesystem.limit");
  if (size) lines.push(line(speaker, "disk.capacity", size, gauge(size.metric), { entityKinds: ["host", "storage"] }));
  return lines;
}
