import { type Family, type Labels, redrawFamily } from "./exposition.ts";
import { requestRules, serviceOf, type Vocabulary } from "./vocabulary.ts";

const nameOf = (service: string) => `acme_${service.replaceAll("-", "_")}`;

/** Everybody sends timers, counters and gauges with tags to one exporter for StatsD; it is the only target there is. */
export const statsd: Vocabulary = {
  name: "statsd",
  nameOf,
  targetLabels: null,
  redraw: (families, { service, version }) =>
    families.flatMap((family) => redraw(family, { service: nameOf(service), env: "shopfloor", version })),
  rules: requestRules({
    label: "service",
    count: "web_request_time_count",
    failed: 'web_request_time_count{status=~"5.."}',
    bucket: "web_request_time_bucket",
    slow: 2.5,
    unit: "s",
  }),
  unmapped: ["event_loop.delay"],
};

function redraw(family: Family, tags: Labels): Family[] {
  const rename = (name: string, more: Labels = {}) =>
    redrawFamily(family, { name, labels: () => ({ ...tags, ...more }) });
  switch (family.name) {
    case "http_server_request_duration_seconds":
      return [redrawFamily(family, { name: "web_request_time", labels: (labels) => served(labels, tags) })];
    case "http_client_request_duration_seconds":
      return [redrawFamily(family, { name: "outbound_call_time", labels: (labels) => called(labels, tags) })];
    case "db_client_connection_count":
      return [
        redrawFamily(family, {
          name: "db_pool_connections",
          labels: (labels) => ({
            ...tags,
            state: labels["db_client_connection_state"] === "used" ? "busy" : "free",
          }),
        }),
      ];
    case "db_client_connection_max":
      return [rename("db_pool_size")];
    case "db_client_connection_pending_requests":
      return [rename("db_pool_waiting")];
    case "process_cpu_time_seconds_total":
      return [rename("proc_cpu_seconds")];
    case "process_memory_usage_bytes":
      return [rename("proc_memory_rss_bytes")];
    case "process_memory_limit_bytes":
      return [rename("proc_memory_limit_bytes")];
    case "cache_hits_total":
      return [rename("cache_lookups", { result: "hit" })];
    case "cache_misses_total":
      return [rename("cache_lookups", { result: "miss" })];
    case "messaging_queue_depth":
      return [rename("jobs_queue_length")];
    default:
      return [];
  }
}

function served(labels: Labels, tags: Labels): Labels {
  return { ...tags, endpoint: labels["http_route"] ?? "other", status: labels["http_response_status_code"] ?? "200" };
}

function called(labels: Labels, tags: Labels): Labels {
  return {
    ...tags,
    target: nameOf(serviceOf(labels["server_address"] ?? "")),
    status: labels["http_response_status_code"] ?? "none",
    error_type: labels["error_type"] ?? "",
  };
}
