import { requestRules, type Words } from "./vocabulary.ts";

/** The lab's own words: OpenTelemetry's, as its exporter for Prometheus writes them. */
export const opentelemetry: Words = {
  name: "opentelemetry",
  nameOf: (service) => service,
  rules: requestRules({
    label: "job",
    count: "http_server_request_duration_seconds_count",
    failed: 'http_server_request_duration_seconds_count{http_response_status_code=~"5.."}',
    bucket: "http_server_request_duration_seconds_bucket",
    slow: 2.5,
    unit: "s",
  }),
  unmapped: [],
};
