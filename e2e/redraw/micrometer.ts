import { type Family, type Labels, redrawFamily } from "./exposition.ts";
import { requestRules, serviceOf, type Vocabulary } from "./vocabulary.ts";

const nameOf = (service: string) => `${service}-service`;

/** Spring Boot services on Kubernetes: every pod is a target of one job, and says itself which application it is. */
export const micrometer: Vocabulary = {
  name: "micrometer",
  nameOf,
  targetLabels: ({ id, version }) => ({
    job: "kubernetes-pods",
    namespace: "shop",
    pod: id,
    app_kubernetes_io_version: version,
  }),
  redraw: (families, { service }) => families.flatMap((family) => redraw(family, { application: nameOf(service) })),
  rules: requestRules({
    label: "application",
    count: "http_server_requests_seconds_count",
    failed: 'http_server_requests_seconds_count{outcome="SERVER_ERROR"}',
    bucket: "http_server_requests_seconds_bucket",
    slow: 2.5,
    unit: "s",
  }),
  unmapped: ["event_loop.delay", "memory.working_set"],
};

function redraw(family: Family, application: Labels): Family[] {
  const rename = (name: string, more: Labels = {}, factor = 1) =>
    redrawFamily(family, { name, factor, labels: () => ({ ...application, ...more }) });
  switch (family.name) {
    case "http_server_request_duration_seconds":
      return [
        redrawFamily(family, { name: "http_server_requests_seconds", labels: (labels) => served(labels, application) }),
      ];
    case "http_client_request_duration_seconds":
      return [
        redrawFamily(family, { name: "http_client_requests_seconds", labels: (labels) => called(labels, application) }),
      ];
    case "db_client_connection_count":
      return ["used", "idle"].map((state) =>
        redrawFamily(family, {
          name: `hikaricp_connections_${state === "used" ? "active" : "idle"}`,
          labels: (labels) =>
            labels["db_client_connection_state"] === state ? { ...application, pool: "HikariPool-1" } : null,
        }),
      );
    case "db_client_connection_max":
      return [rename("hikaricp_connections_max", { pool: "HikariPool-1" })];
    case "db_client_connection_pending_requests":
      return [rename("hikaricp_connections_pending", { pool: "HikariPool-1" })];
    case "db_client_connection_wait_time_seconds":
      return [rename("hikaricp_connections_acquire_seconds", { pool: "HikariPool-1" })];
    case "process_cpu_time_seconds_total":
      return [rename("process_cpu_time_ns_total", {}, 1e9)];
    case "v8js_memory_heap_used_bytes":
      return [rename("jvm_memory_used_bytes", { area: "heap", id: "G1 Old Gen" })];
    case "v8js_memory_heap_limit_bytes":
      return [rename("jvm_memory_max_bytes", { area: "heap", id: "G1 Old Gen" })];
    case "v8js_gc_duration_seconds":
      return [rename("jvm_gc_pause_seconds", { action: "end of minor GC", cause: "G1 Evacuation Pause" })];
    case "process_uptime_seconds":
      return [rename("process_uptime_seconds")];
    case "cache_hits_total":
      return [
        redrawFamily(family, {
          name: "cache_gets_total",
          labels: () => ({ ...application, cache: "pages", result: "hit" }),
        }),
      ];
    case "cache_misses_total":
      return [
        redrawFamily(family, {
          name: "cache_gets_total",
          labels: () => ({ ...application, cache: "pages", result: "miss" }),
        }),
      ];
    default:
      return [];
  }
}

function served(labels: Labels, application: Labels): Labels {
  const status = labels["http_response_status_code"] ?? "200";
  return {
    ...application,
    method: labels["http_request_method"] ?? "GET",
    uri: labels["http_route"] ?? "UNKNOWN",
    status,
    outcome: outcomeOf(status),
    exception: Number(status) >= 500 ? "IllegalStateException" : "none",
  };
}

function called(labels: Labels, application: Labels): Labels {
  const status = labels["http_response_status_code"];
  return {
    ...application,
    client_name: nameOf(serviceOf(labels["server_address"] ?? "")),
    method: labels["http_request_method"] ?? "GET",
    uri: "none",
    status: status ?? "CLIENT_ERROR",
    outcome: status === undefined ? "UNKNOWN" : outcomeOf(status),
    exception: status === undefined ? exceptionOf(labels["error_type"] ?? "") : "none",
  };
}

const outcomeOf = (status: string) =>
  Number(status) >= 500 ? "SERVER_ERROR" : Number(status) >= 400 ? "CLIENT_ERROR" : "SUCCESS";

const exceptionOf = (reason: string) =>
  /timeout/i.test(reason)
    ? "SocketTimeoutException"
    : /notfound|dns/i.test(reason)
      ? "UnknownHostException"
      : "ConnectException";
