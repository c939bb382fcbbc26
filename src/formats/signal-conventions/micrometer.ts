import type { ConceptId } from "../../core/concept.ts";
import type { SignalMapping } from "../../core/signal-map.ts";
import {
  counterRate,
  distribution,
  equals,
  gauge,
  isDistribution,
  line,
  matches,
  occurrences,
  ratio,
  type SignalConvention,
  scaled,
} from "./convention.ts";
import { findLabel } from "./label-roles.ts";
import { callLines, servedLines } from "./request-lines.ts";

/** Micrometer, as Spring Boot, Quarkus and Micronaut write it for Prometheus. */
const speaker = { name: "micrometer", priority: 80 };

/** Pools by the prefix of their metrics: what is in use, idle, allowed, waited for. */
const pools: { inUse: string; idle: string; limit: string; pending: string }[] = [
  {
    inUse: "hikaricp_connections_active",
    idle: "hikaricp_connections_idle",
    limit: "hikaricp_connections_max",
    pending: "hikaricp_connections_pending",
  },
  {
    inUse: "jdbc_connections_active",
    idle: "jdbc_connections_idle",
    limit: "jdbc_connections_max",
    pending: "jdbc_connections_pending",
  },
  {
    inUse: "r2dbc_pool_acquired_connections",
    idle: "r2dbc_pool_idle_connections",
    limit: "r2dbc_pool_max_allocated_connections",
    pending: "r2dbc_pool_pending_connections",
  },
];

export const micrometer: SignalConvention = {
  name: speaker.name,
  map(metrics) {
    const lines: SignalMapping[] = [];
    for (const name of [
      "http_server_requests_seconds",
      "http_server_requests",
      "grpc_server_processing_duration_seconds",
    ]) {
      const entry = metrics.get(name);
      if (entry && isDistribution(entry)) lines.push(...servedLines(speaker, entry));
    }
    for (const name of [
      "http_client_requests_seconds",
      "http_client_requests",
      "resilience4j_circuitbreaker_calls_seconds",
      "spring_data_repository_invocations_seconds",
      "grpc_client_processing_duration_seconds",
    ]) {
      const entry = metrics.get(name);
      if (entry && isDistribution(entry)) lines.push(...callLines(speaker, entry));
    }
    const active =
      metrics.get("http_server_requests_active_seconds_active_count") ??
      metrics.get("http_server_requests_active_seconds_gcount");
    if (active) lines.push(line(speaker, "request.active", active, gauge(active.metric)));
    const resilience = metrics.get("resilience4j_retry_calls_total");
    const kind = resilience && findLabel(resilience, "kind");
    if (resilience && kind)
      lines.push(
        line(speaker, "call.retry_rate", resilience, counterRate(resilience.metric, [matches(kind, ".*with_retry")])),
      );

    for (const pool of pools) {
      for (const [concept, name] of [
        ["pool.in_use", pool.inUse],
        ["pool.idle", pool.idle],
        ["pool.limit", pool.limit],
        ["pool.pending", pool.pending],
      ] as [ConceptId, string][]) {
        const entry = metrics.get(name);
        if (entry) lines.push(line(speaker, concept, entry, gauge(name)));
      }
    }
    const acquired = metrics.get("hikaricp_connections_acquire_seconds");
    if (acquired && isDistribution(acquired)) lines.push(line(speaker, "pool.wait", acquired, distribution(acquired)));

    // Share of all the machine's processors; a counter of processor time is better where there is one.
    const time = metrics.get("process_cpu_time_ns_total");
    if (time) lines.push(line(speaker, "cpu.usage", time, scaled(1e-9, counterRate(time.metric))));
    const usage = metrics.get("process_cpu_usage");
    if (usage) lines.push(line(speaker, "cpu.usage", usage, gauge(usage.metric), { priority: speaker.priority - 5 }));
    for (const [concept, name] of [
      ["file_descriptors.used", "process_files_open_files"],
      ["file_descriptors.limit", "process_files_max_files"],
      ["process.start_time", "process_start_time_seconds"],
    ] as [ConceptId, string][]) {
      const entry = metrics.get(name);
      if (entry)
        lines.push(line(speaker, concept, entry, gauge(name, [], concept === "process.start_time" ? "max" : "sum")));
    }
    for (const name of ["cache_gets_total", "cache_gets"]) {
      const gets = metrics.get(name);
      if (!gets) continue;
      lines.push(line(speaker, "cache.request_rate", gets, occurrences(gets)));
      lines.push(
        line(speaker, "cache.hit_ratio", gets, ratio(occurrences(gets, [equals("result", "hit")]), occurrences(gets))),
      );
    }
    const evictions = metrics.get("cache_evictions_total") ?? metrics.get("cache_evictions");
    if (evictions) lines.push(line(speaker, "cache.eviction_rate", evictions, counterRate(evictions.metric)));
    return lines;
  },
};
