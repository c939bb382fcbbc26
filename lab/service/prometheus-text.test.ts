import { metrics } from "@opentelemetry/api";
import { MeterProvider } from "@opentelemetry/sdk-metrics";
import { expect, test } from "vitest";
import { PullReader, prometheusText } from "./prometheus-text.ts";

test("instruments come out under Prometheus names, with help, type and cumulative buckets", async () => {
  const reader = new PullReader();
  const meter = new MeterProvider({ readers: [reader] }).getMeter("test");
  meter.createCounter("cache.hits", { unit: "{hit}", description: "Reads that found their key" }).add(3);
  meter.createGauge("process.memory.usage", { unit: "By" }).record(12);
  meter
    .createHistogram("http.server.request.duration", { unit: "s", advice: { explicitBucketBoundaries: [0.1, 1] } })
    .record(0.5, { "http.route": '/a"b' });
  const text = prometheusText(await reader.collect(), { "service.name": "cart" });
  expect(text).toContain('target_info{service_name="cart"} 1');
  expect(text).toContain(
    "# HELP cache_hits_total Reads that found their key\n# TYPE cache_hits_total counter\ncache_hits_total 3",
  );
  expect(text).toContain("process_memory_usage_bytes 12");
  expect(text).toContain('http_server_request_duration_seconds_bucket{http_route="/a\\"b",le="0.1"} 0');
  expect(text).toContain('http_server_request_duration_seconds_bucket{http_route="/a\\"b",le="1"} 1');
  expect(text).toContain('http_server_request_duration_seconds_count{http_route="/a\\"b"} 1');
  metrics.disable();
});
