import { type Family, type Labels, redrawFamily } from "./exposition.ts";
import { type Instance, requestRules, serviceOf, type Vocabulary } from "./vocabulary.ts";

const namespace = "storefront";
const nameOf = (service: string) => `${service}-app`;

/** Services that say nothing themselves: what there is comes from their sidecars, and from cAdvisor about their containers. */
export const istio: Vocabulary = {
  name: "istio",
  nameOf,
  targetLabels: ({ id }) => ({ job: "envoy-stats", namespace, pod: id }),
  redraw: (families, instance) => families.flatMap((family) => redraw(family, instance)),
  rules: requestRules({
    label: "destination_workload",
    count: 'istio_requests_total{reporter="destination"}',
    failed: 'istio_requests_total{reporter="destination",response_code=~"5.."}',
    bucket: 'istio_request_duration_milliseconds_bucket{reporter="destination"}',
    slow: 2500,
    unit: "ms",
  }),
  unmapped: ["pool.in_use", "event_loop.delay", "heap.used"],
};

function redraw(family: Family, instance: Instance): Family[] {
  const container = { namespace, pod: instance.id, container: nameOf(instance.service) };
  switch (family.name) {
    case "http_server_request_duration_seconds":
      return requests(family, (labels) => inbound(labels, instance));
    case "http_client_request_duration_seconds":
      return requests(family, (labels) => outbound(labels, instance));
    case "process_cpu_time_seconds_total":
      return [redrawFamily(family, { name: "container_cpu_usage_seconds_total", labels: () => container })];
    case "process_memory_usage_bytes":
      return [redrawFamily(family, { name: "container_memory_working_set_bytes", labels: () => container })];
    case "process_memory_limit_bytes":
      return [redrawFamily(family, { name: "container_spec_memory_limit_bytes", labels: () => container })];
    default:
      return [];
  }
}

function requests(family: Family, labels: (labels: Labels) => Labels): Family[] {
  const counts = { ...family, samples: family.samples.filter(({ name }) => name.endsWith("_count")) };
  const total = redrawFamily(counts, { name: "istio_requests_total", type: "counter", labels });
  const samples = total.samples.map((sample) => ({ ...sample, name: "istio_requests_total" }));
  const timed = redrawFamily(family, { name: "istio_request_duration_milliseconds", factor: 1000, labels });
  return [{ ...total, samples }, timed];
}

const endOf = (side: "source" | "destination", service: string): Labels => ({
  [`${side}_workload`]: nameOf(service),
  [`${side}_canonical_service`]: nameOf(service),
  [`${side}_workload_namespace`]: namespace,
});

/** The server's own metrics do not say who asked. */
function inbound(labels: Labels, { service, version }: Instance): Labels {
  return {
    reporter: "destination",
    source_workload: "unknown",
    source_canonical_service: "unknown",
    source_workload_namespace: "unknown",
    ...endOf("destination", service),
    destination_service_name: nameOf(service),
    destination_version: version,
    response_code: labels["http_response_status_code"] ?? "200",
    response_flags: "-",
  };
}

function outbound(labels: Labels, { service }: Instance): Labels {
  const callee = serviceOf(labels["server_address"] ?? "");
  const status = labels["http_response_status_code"];
  const flags = /timeout/i.test(labels["error_type"] ?? "") ? "UT" : "UF,URX";
  return {
    reporter: "source",
    ...endOf("source", service),
    ...endOf("destination", callee),
    destination_service_name: nameOf(callee),
    destination_version: "unknown",
    response_code: status ?? (flags === "UT" ? "504" : "503"),
    response_flags: status === undefined ? flags : "-",
  };
}
