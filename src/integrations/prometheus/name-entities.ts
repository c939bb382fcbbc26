import type { Entity } from "../../core/entity.ts";
import type { MetricInventoryEntry, SignalMapping } from "../../core/signal-map.ts";

/** Labels that carry the name of whatever serves, calls or runs. */
const nameLabels =
  /^(service|svc|app|application|workload|deployment|component|container|container_name|app_name|exported_service|service_name|service\.name|otel_service_name|app_kubernetes_io_name|k8s_deployment_name|k8s\.deployment\.name|(source|destination)_(canonical_service|workload|app|service_name|service)|job|exported_job|name)$/;
const placeLabels =
  /^(instance|exported_instance|pod|pod_name|k8s_pod_name|k8s\.pod\.name|kubernetes_pod_name|exported_pod|instance_id|service_instance_id|service\.instance\.id|host\.name|host_name)$/;
const namespaceLabels = /(^|_)namespace$|^service\.namespace$|^k8s\.namespace\.name$/;
const addressLabels =
  /^(exported_)?(server_address|server\.address|host|target|domain|dnsname|cn|subject_cn|remote_host|peer|http\.host|net_peer_name|net\.peer\.name)$/;

const serviceAttributes = [
  "service.name",
  "k8s.deployment.name",
  "k8s.statefulset.name",
  "k8s.daemonset.name",
  "application",
  "app",
  "service",
  "workload",
  "job",
];
const placeAttributes = ["service.instance.id", "k8s.pod.name", "instance", "pod", "host.name"];
const namespaceAttributes = ["k8s.namespace.name", "namespace", "service.namespace"];
const addressAttributes = ["server.address", "net.peer.name", "host.name", "instance"];

/**
 * Values that a label may have for this entity, most certain first. Null: the label does not narrow it (a namespace that
 * nobody told us).
 */
export function labelValuesFor(entity: Entity, label: string): string[] | null {
  const exact = valuesOf(entity, [label, label.replaceAll("_", ".")]);
  if (placeLabels.test(label)) return unique([...exact, ...valuesOf(entity, placeAttributes), entity.name]);
  if (nameLabels.test(label)) {
    const names = unique([...exact, ...valuesOf(entity, serviceAttributes), entity.name]);
    if (label !== "job" && label !== "exported_job") return names;
    const namespaces = valuesOf(entity, ["service.namespace"]);
    return unique([...names, ...namespaces.flatMap((namespace) => names.map((name) => `${namespace}/${name}`))]);
  }
  if (namespaceLabels.test(label)) {
    const namespaces = unique([...exact, ...valuesOf(entity, namespaceAttributes)]);
    return namespaces.length > 0 ? namespaces : null;
  }
  if (addressLabels.test(label))
    return unique([...exact, ...valuesOf(entity, addressAttributes), ...withPort(entity), entity.name]);
  return unique([...exact, entity.name]);
}

/** The labels that name this entity in a line; a single instance is named by its own label where the line keeps one. */
export function naming(mapping: SignalMapping, entity: Entity): string[] {
  const own = mapping.dimensionLabels.instance;
  return entity.kind === "instance" && own !== undefined ? [own] : mapping.entityLabels;
}

/** Whether the source has ever seen this entity under these labels. Values that were cut off count as seen. */
export function isKnownTo(entry: MetricInventoryEntry | undefined, labels: string[], entity: Entity): boolean {
  if (!entry) return false;
  return labels.every((label) => {
    const wanted = labelValuesFor(entity, label);
    const seen = entry.labels[label];
    if (seen === undefined) return false;
    return wanted === null || seen.length >= mostLabelValues || wanted.some((value) => seen.includes(value));
  });
}

/** How many values of a label an inventory keeps; longer lists are cut there. */
export const mostLabelValues = 500;

/** How well an answer's labels name the entity: 0 is best, null not at all. */
export function rankOf(entity: Entity, labels: string[], answer: Record<string, string>): number | null {
  let rank = 0;
  for (const label of labels) {
    const wanted = labelValuesFor(entity, label);
    if (wanted === null) continue;
    const place = wanted.indexOf(answer[label] ?? "");
    if (place < 0) return null;
    rank += place;
  }
  return rank;
}

function valuesOf(entity: Entity, attributes: string[]): string[] {
  return attributes.flatMap((attribute) => entity.attributes[attribute] ?? []);
}

function withPort(entity: Entity): string[] {
  const { "server.address": address, "server.port": port } = entity.attributes;
  return address !== undefined && port !== undefined ? [`${address}:${port}`] : [];
}

function unique(values: string[]): string[] {
  return [...new Set(values)].filter((value) => value !== "");
}
