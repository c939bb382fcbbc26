import type { ConceptId, Dimension } from "../../core/concept.ts";
import type { MetricInventoryEntry } from "../../core/signal-map.ts";

/**
 * Which label of a metric plays which role. The lists are names that libraries, exporters and scrape configurations in
 * use give to the role, most telling first; what an estate calls its services does not matter here.
 */
const serviceLabels = [
  "service.name",
  "service_name",
  "otel_service_name",
  "exported_service",
  "application",
  "app_name",
  "app_kubernetes_io_name",
  "k8s.deployment.name",
  "k8s_deployment_name",
  "service",
  "svc",
  "app",
  "workload",
  "deployment",
  "component",
  "exported_job",
  "job",
];

/** Set by the one who asks, not by the one who is asked about. */
const remoteServiceLabels = new Set(["service", "app", "application", "workload", "deployment", "component"]);

/** The other end of a call. */
export const peerLabels = [
  "peer.service",
  "peer_service",
  "server.address",
  "server_address",
  "net.peer.name",
  "net_peer_name",
  "http.host",
  "destination_workload",
  "destination_service_name",
  "destination_canonical_service",
  "target_service",
  "upstream_service",
  "remote_service",
  "client.name",
  "client_name",
  "clientName",
  "dependency",
  "downstream",
  "upstream",
  "destination",
  "peer",
  "target",
  "remote_host",
  "remote",
  "callee",
  "db.namespace",
  "db_namespace",
  "host",
];

const dimensionCandidates: Partial<Record<Dimension, string[]>> = {
  instance: [
    "service.instance.id",
    "service_instance_id",
    "pod",
    "pod_name",
    "k8s.pod.name",
    "k8s_pod_name",
    "kubernetes_pod_name",
    "exported_instance",
    "instance",
    "instance_id",
    "host.name",
  ],
  version: [
    "service.version",
    "service_version",
    "app_kubernetes_io_version",
    "app_version",
    "version",
    "release",
    "destination_version",
    "build",
  ],
  zone: [
    "cloud.availability_zone",
    "cloud_availability_zone",
    "availability_zone",
    "topology_kubernetes_io_zone",
    "zone",
  ],
  route: [
    "http.route",
    "http_route",
    "route",
    "uri",
    "http.target",
    "url_path",
    "path",
    "handler",
    "resource",
    "endpoint",
  ],
  operation: [
    "db.query.summary",
    "db_query_summary",
    "db.operation.name",
    "db_operation_name",
    "db.operation",
    "db_operation",
    "rpc.method",
    "rpc_method",
    "grpc_method",
    "operation",
    "command",
    "cmd",
    "query",
  ],
  reason: ["error.type", "error_type", "exception", "exception_type", "response_flags", "reason", "error"],
};

/** Where a status of requests is told, most telling first. */
const statusLabels = [
  "http.response.status_code",
  "http_response_status_code",
  "http.status_code",
  "http_status_code",
  "rpc.grpc.status_code",
  "rpc_grpc_status_code",
  "grpc_code",
  "grpc_status",
  "grpc_response_status",
  "status_code",
  "response_code",
  "code",
  "status",
  "status_class",
  "code_class",
  "response_code_class",
  "statusclass",
  "outcome",
  "result",
];

/** The labels whose values together name the entity. Empty only when the metric has no label that could. */
export function chooseEntityLabels(entry: MetricInventoryEntry): string[] {
  const label = serviceLabels.find((candidate) => hasLabel(entry, candidate));
  if (label === undefined) return hasLabel(entry, "instance") ? ["instance"] : [];
  const namespace = ["service.namespace", "k8s.namespace.name", "namespace", "kubernetes_namespace"].find((candidate) =>
    hasLabel(entry, candidate),
  );
  return namespace !== undefined && remoteServiceLabels.has(label) && namespace === "namespace"
    ? [namespace, label]
    : [label];
}

export function findDimensionLabels(
  entry: MetricInventoryEntry,
  concept: ConceptId,
): Partial<Record<Dimension, string>> {
  const found: Partial<Record<Dimension, string>> = {};
  for (const [dimension, candidates] of Object.entries(dimensionCandidates)) {
    const label = candidates.find((candidate) => hasLabel(entry, candidate));
    if (label !== undefined) found[dimension as Dimension] = label;
  }
  const status = findStatusLabel(entry);
  if (status !== undefined) found.status = status;
  if (concept.startsWith("call.")) {
    const peer = findPeerLabel(entry);
    if (peer !== undefined) found.peer = peer;
  }
  return found;
}

/**
 * Prometheus renames a metric's own label to `exported_…` where the scrape configuration sets one of the same name: then
 * the plain label tells of the target itself, not of the one who is called.
 */
export function findPeerLabel(entry: MetricInventoryEntry): string | undefined {
  const own = new Set(chooseEntityLabels(entry));
  return peerLabels
    .flatMap((candidate) => [`exported_${candidate}`, candidate])
    .find((candidate) => hasLabel(entry, candidate) && !own.has(candidate));
}

export function findStatusLabel(entry: MetricInventoryEntry): string | undefined {
  return statusLabels.find((candidate) => hasLabel(entry, candidate));
}

/** The first of the labels that the metric has; the spelling with dots and the one with underscores count as one. */
export function findLabel(entry: MetricInventoryEntry, ...candidates: string[]): string | undefined {
  for (const candidate of candidates) {
    if (hasLabel(entry, candidate)) return candidate;
    const underscored = candidate.replaceAll(".", "_");
    if (hasLabel(entry, underscored)) return underscored;
  }
  return undefined;
}

export function hasLabel(entry: MetricInventoryEntry, label: string): boolean {
  return Object.hasOwn(entry.labels, label);
}
