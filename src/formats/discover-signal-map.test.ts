import fc from "fast-check";
import { expect, it } from "vitest";
import type { ConceptId } from "../core/concept.ts";
import type { MetricInventoryEntry, SignalMap } from "../core/signal-map.ts";
import { discoverSignalMap, mappingsOf, metricsOf } from "./discover-signal-map.ts";

/** `counter http_requests_total job=a,b code=200,500`: type, name, labels with their values. */
function inventory(...lines: string[]): MetricInventoryEntry[] {
  return lines.map((text) => {
    const [type, metric, ...labels] = text.split(" ");
    return {
      type: type as MetricInventoryEntry["type"],
      metric: metric ?? "",
      unit: null,
      labels: Object.fromEntries(
        labels.map((label) => {
          const [name = "", values = ""] = label.split("=");
          return [name, values.split(",")];
        }),
      ),
    };
  });
}

/** The best line of each concept: which metrics it reads, and by which labels it names the entity. */
function best(map: SignalMap, concept: ConceptId): string {
  const [mapping] = mappingsOf(map, concept);
  if (!mapping) return "unmapped";
  return `${[...new Set(metricsOf(mapping.expression))].join(" + ")} by ${mapping.entityLabels.join(",")}`;
}

const served: [string, string[], string][] = [
  [
    "OpenTelemetry over OTLP",
    ["histogram http.server.request.duration service.name=cart http.response.status_code=200 http.route=/x"],
    "http.server.request.duration by service.name",
  ],
  [
    "OpenTelemetry scraped",
    ["histogram http_server_request_duration_seconds job=cart http_response_status_code=200,503 le=0.1,1"],
    "http_server_request_duration_seconds by job",
  ],
  [
    "OpenTelemetry, old names",
    ["histogram http_server_duration_milliseconds exported_job=cart http_status_code=200"],
    "http_server_duration_milliseconds by exported_job",
  ],
  [
    "Micrometer",
    [
      "summary http_server_requests_seconds application=cart job=spring uri=/x status=200 outcome=SUCCESS exception=None",
    ],
    "http_server_requests_seconds by application",
  ],
  [
    "Istio",
    [
      "histogram istio_request_duration_milliseconds reporter=source,destination destination_workload=cart source_workload=web response_code=200",
    ],
    "istio_request_duration_milliseconds by destination_workload",
  ],
  [
    "a StatsD exporter, without units",
    ["summary shop_http_request_duration job=statsd service=cart,web status=200,500 quantile=0.5,0.99"],
    "shop_http_request_duration by service",
  ],
  [
    "a hand-written histogram in milliseconds",
    ["histogram api_latency_ms app=cart code=200 le=1,5,1000"],
    "api_latency_ms by app",
  ],
];

it.each(served)("%s: rate, errors and latency of what is served are found", (_name, lines, expected) => {
  const map = discoverSignalMap("test", inventory(...lines));
  for (const concept of ["request.rate", "request.error_ratio", "request.latency"] as const)
    expect(best(map, concept)).toBe(expected);
});

const called: [string, string[], string, string][] = [
  [
    "OpenTelemetry",
    [
      "histogram http.client.request.duration service.name=cart server.address=a http.response.status_code=200 error.type=timeout",
    ],
    "http.client.request.duration by service.name",
    "server.address",
  ],
  [
    "Micrometer",
    ["summary http_client_requests_seconds application=cart client_name=pay status=200 exception=None"],
    "http_client_requests_seconds by application",
    "client_name",
  ],
  [
    "Istio",
    [
      "counter istio_requests_total reporter=source,destination destination_workload=pay destination_service_name=pay source_workload=web response_code=200",
    ],
    "istio_requests_total by source_workload",
    "destination_service_name",
  ],
  [
    "a hand-written counter",
    ["counter outbound_calls_total service=cart target=pay result=success,error"],
    "outbound_calls_total by service",
    "target",
  ],
];

it.each(called)("%s: calls are found with the one who is called", (_name, lines, expected, peer) => {
  const map = discoverSignalMap("test", inventory(...lines));
  expect(best(map, "call.rate")).toBe(expected);
  expect(best(map, "call.error_ratio")).toBe(expected);
  expect(mappingsOf(map, "call.rate")[0]?.dimensionLabels.peer).toBe(peer);
  expect(best(map, "request.rate")).toBe(
    _name === "Istio" ? "istio_requests_total by destination_workload" : "unmapped",
  );
});

const single: [ConceptId, string, string?][] = [
  ["heap.used", "gauge v8js.memory.heap.used service.name=a"],
  ["heap.used", "gauge jvm_memory_used_bytes application=a area=heap,nonheap"],
  ["heap.limit", "gauge nodejs_heap_size_limit_bytes job=a"],
  ["heap.used", "gauge runtime_heap_used service=a"],
  ["memory.working_set", "gauge container_memory_working_set_bytes namespace=n pod=p container=c"],
  ["memory.working_set", "gauge app_process_memory_rss_mb service=a"],
  ["memory.limit", "gauge process_memory_limit_bytes job=a"],
  ["cpu.usage", "counter process_cpu_time_seconds_total job=a cpu_mode=user,system"],
  ["cpu.usage", "counter container_cpu_usage_seconds_total pod=p container=c"],
  ["event_loop.delay", "gauge nodejs_eventloop_lag_p99_seconds job=a"],
  ["event_loop.delay", "gauge worker_event_loop_lag_ms svc=a"],
  ["event_loop.utilization", "gauge nodejs_eventloop_utilization_ratio job=a"],
  ["gc.time_ratio", "histogram v8js_gc_duration_seconds job=a"],
  ["pool.in_use", "gauge db_client_connection_count job=a db_client_connection_state=used,idle"],
  ["pool.in_use", "gauge hikaricp_connections_active application=a pool=p"],
  ["pool.in_use", "gauge pg_pool_connections service=a state=active,idle", "unmapped"],
  ["pool.in_use", "gauge shop_db_pool_connections service=a state=active,idle"],
  ["pool.limit", "gauge datasource_pool_max_connections service=a"],
  ["pool.pending", "gauge sql_pool_waiting service=a"],
  ["pool.wait", "histogram db_pool_acquire_duration_seconds service=a"],
  ["disk.used", "gauge object_storage_used_bytes job=a"],
  ["disk.capacity", "gauge object_storage_quota_bytes job=a"],
  ["cache.hit_ratio", "counter cache_lookups_total job=a result=hit,miss"],
  ["cache.hit_ratio", "counter cache_gets_total application=a result=hit,miss"],
  ["cache.eviction_rate", "counter shop_cache_evictions_total job=a"],
  ["queue.depth", "gauge order_queue_depth service=a"],
  ["queue.oldest_age", "gauge queue_oldest_message_age_seconds service=a"],
  ["queue.failure_rate", "counter jobs_failed_total service=a"],
  ["dns.lookup_time", "histogram dns_lookup_duration_seconds job=a"],
  ["dns.failure_rate", "counter resolver_failures_total job=a"],
  ["certificate.not_after", "gauge tls_certificate_not_after_seconds job=a server_address=b"],
  ["certificate.not_after", "gauge ssl_cert_expiry_timestamp_seconds job=a host=b"],
  ["up", "gauge up job=a instance=b"],
  ["process.start_time", "gauge process_start_time_seconds job=a"],
  ["request.active", "gauge http_requests_in_flight job=a"],
  ["call.retry_rate", "counter upstream_retries_total service=a"],
];

it.each(single)("%s is read from `%s`", (concept, text, expected) => {
  const map = discoverSignalMap("test", inventory(text));
  const metric = text.split(" ")[1] ?? "";
  expect(best(map, concept)).toMatch(expected ?? new RegExp(`^${metric.replaceAll(".", "\\.")} by `));
});

it("where the scrape configuration took a label's name, the metric's own one tells who is called", () => {
  const map = discoverSignalMap(
    "test",
    inventory(
      "histogram http_client_request_duration_seconds job=cart server_address=cart.shop exported_server_address=pay.shop",
    ),
  );
  expect(mappingsOf(map, "call.rate")[0]?.dimensionLabels.peer).toBe("exported_server_address");
});

it("a counter of errors beside one of requests gives the share that failed", () => {
  const map = discoverSignalMap(
    "test",
    inventory("counter http_requests_total service=a", "counter http_errors_total service=a"),
  );
  expect(best(map, "request.error_ratio")).toBe("http_errors_total + http_requests_total by service");
});

it("monitoring's own metrics and metrics that mean nothing here are left unused, and said to be", () => {
  const map = discoverSignalMap(
    "test",
    inventory(
      "counter prometheus_http_requests_total job=p code=200",
      "gauge weather_degrees city=x",
      "gauge build_info job=a",
    ),
  );
  expect(map.mappings).toEqual([]);
  expect(map.unusedMetrics).toEqual(["build_info", "prometheus_http_requests_total", "weather_degrees"]);
});

it("an empty inventory maps nothing", () => {
  expect(discoverSignalMap("test", [])).toEqual({ connection: "test", mappings: [], unusedMetrics: [] });
});

it("the order of the inventory does not matter, and no name crashes it", () => {
  const everything = inventory(...served.flatMap(([, lines]) => lines), ...single.map(([, text]) => text));
  const whole = discoverSignalMap("test", everything);
  fc.assert(
    fc.property(fc.shuffledSubarray(everything, { minLength: everything.length }), (shuffled) => {
      expect(discoverSignalMap("test", shuffled)).toEqual(whole);
    }),
    { numRuns: 10 },
  );
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          metric: fc.string(),
          type: fc.constantFrom("gauge", "counter", "histogram", "summary", "unknown"),
          unit: fc.option(fc.string()),
          labels: fc.dictionary(fc.string(), fc.array(fc.string())),
        }),
      ),
      (entries) => {
        discoverSignalMap("test", entries as MetricInventoryEntry[]);
      },
    ),
  );
});
