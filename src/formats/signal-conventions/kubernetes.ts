import type { ConceptId } from "../../core/concept.ts";
import type { EntityKind } from "../../core/entity.ts";
import type { LabelMatcher, MetricInventoryEntry, SignalExpression, SignalMapping } from "../../core/signal-map.ts";
import {
  counterRate,
  equals,
  gauge,
  line,
  type MetricIndex,
  ratio,
  runningKinds,
  type SignalConvention,
} from "./convention.ts";
import { hasLabel } from "./label-roles.ts";

/** The kubelet's cAdvisor and kube-state-metrics: containers seen from outside. */
const speaker = { name: "kubernetes", priority: 85 };

/** cAdvisor also adds up whole pods and slices: those have no container, or the pause container. */
const realContainers: LabelMatcher[] = [{ label: "container", operator: "!~", value: "|POD" }];

export const kubernetes: SignalConvention = {
  name: speaker.name,
  map(metrics) {
    return [...containers(metrics), ...declared(metrics), ...volumes(metrics)];
  },
};

/** A container is known by its pod as an instance, and by its own name as the service that it runs. */
function both(concept: ConceptId, entry: MetricInventoryEntry, expression: SignalExpression): SignalMapping[] {
  const pod = ["pod", "pod_name", "exported_pod"].find((label) => hasLabel(entry, label));
  const container = ["container", "container_name", "exported_container", "name"].find((label) =>
    hasLabel(entry, label),
  );
  const lines: SignalMapping[] = [];
  if (container)
    lines.push(line(speaker, concept, entry, expression, { entityLabels: [container], entityKinds: withoutInstances }));
  if (pod) lines.push(line(speaker, concept, entry, expression, { entityLabels: [pod], entityKinds: ["instance"] }));
  return lines;
}

const withoutInstances: EntityKind[] = runningKinds.filter((kind) => kind !== "instance" && kind !== "host");

function containers(metrics: MetricIndex): SignalMapping[] {
  const lines: SignalMapping[] = [];
  const add = (concept: ConceptId, metric: string, expressionOf: (where: LabelMatcher[]) => SignalExpression) => {
    const entry = metrics.get(metric);
    if (entry) lines.push(...both(concept, entry, expressionOf(hasLabel(entry, "container") ? realContainers : [])));
  };
  add("cpu.usage", "container_cpu_usage_seconds_total", (where) =>
    counterRate("container_cpu_usage_seconds_total", where),
  );
  if (metrics.get("container_cpu_cfs_periods_total")) {
    add("cpu.throttled_ratio", "container_cpu_cfs_throttled_periods_total", (where) =>
      ratio(
        counterRate("container_cpu_cfs_throttled_periods_total", where),
        counterRate("container_cpu_cfs_periods_total", where),
      ),
    );
  }
  add("memory.working_set", "container_memory_working_set_bytes", (where) =>
    gauge("container_memory_working_set_bytes", where),
  );
  // Without a limit cAdvisor says 0, which would read as full.
  add("disk.used", "container_fs_usage_bytes", (where) => gauge("container_fs_usage_bytes", where));
  return lines;
}

function declared(metrics: MetricIndex): SignalMapping[] {
  const lines: SignalMapping[] = [];
  const limits = metrics.get("kube_pod_container_resource_limits");
  if (limits) {
    lines.push(...both("memory.limit", limits, gauge(limits.metric, [equals("resource", "memory")])));
    lines.push(...both("cpu.limit", limits, gauge(limits.metric, [equals("resource", "cpu")])));
  }
  for (const [concept, metric] of [
    ["memory.limit", "kube_pod_container_resource_limits_memory_bytes"],
    ["cpu.limit", "kube_pod_container_resource_limits_cpu_cores"],
  ] as [ConceptId, string][]) {
    const entry = metrics.get(metric);
    if (entry) lines.push(...both(concept, entry, gauge(metric)));
  }
  const restarts = metrics.get("kube_pod_container_status_restarts_total");
  if (restarts) lines.push(...both("process.restart_rate", restarts, counterRate(restarts.metric)));
  const ready =
    metrics.get("kube_deployment_status_replicas_ready") ?? metrics.get("kube_deployment_status_replicas_available");
  if (ready)
    lines.push(
      line(speaker, "instance.count", ready, gauge(ready.metric), {
        entityLabels: ["deployment"],
        entityKinds: withoutInstances,
      }),
    );
  const started = metrics.get("kube_pod_start_time");
  if (started)
    lines.push(
      line(speaker, "process.start_time", started, gauge(started.metric, [], "max"), {
        entityLabels: ["pod"],
        entityKinds: ["instance"],
      }),
    );
  return lines;
}

function volumes(metrics: MetricIndex): SignalMapping[] {
  return (
    [
      ["disk.used", "kubelet_volume_stats_used_bytes"],
      ["disk.capacity", "kubelet_volume_stats_capacity_bytes"],
    ] as [ConceptId, string][]
  ).flatMap(([concept, metric]) => {
    const entry = metrics.get(metric);
    if (!entry || !hasLabel(entry, "persistentvolumeclaim")) return [];
    return [
      line(speaker, concept, entry, gauge(metric), {
        entityLabels: ["persistentvolumeclaim"],
        entityKinds: ["storage", "database"],
      }),
    ];
  });
}
