import type { Attributes } from "@opentelemetry/api";
import { type CollectionResult, DataPointType, type MetricData, MetricReader } from "@opentelemetry/sdk-metrics";

/** A reader that is asked instead of one that sends: `/metrics` collects through it. */
export class PullReader extends MetricReader {
  protected override async onShutdown(): Promise<void> {}
  protected override async onForceFlush(): Promise<void> {}
}

const unitSuffixes: Record<string, string> = {
  s: "seconds",
  By: "bytes",
  "1": "ratio",
  "%": "percent",
  ms: "milliseconds",
};

/** Prometheus exposition text (0.0.4), named by the OpenTelemetry rules for Prometheus. Empty instruments are left out. */
export function prometheusText(collected: CollectionResult, resource: Attributes): string {
  const lines = [
    "# HELP target_info Resource of this process",
    "# TYPE target_info gauge",
    `target_info${labels(resource)} 1`,
  ];
  for (const scope of collected.resourceMetrics.scopeMetrics)
    for (const metric of scope.metrics) lines.push(...metricLines(metric));
  return `${lines.join("\n")}\n`;
}

function prometheusName(metric: Pick<MetricData, "descriptor">, isCounter: boolean): string {
  const base = metric.descriptor.name.replaceAll(/[^a-zA-Z0-9:]+/g, "_");
  const unit = metric.descriptor.unit;
  const suffix = unit.startsWith("{") ? undefined : unitSuffixes[unit];
  const named =
    suffix && !base.endsWith(`_${suffix}`) && !(suffix === "ratio" && isCounter) ? `${base}_${suffix}` : base;
  return isCounter ? `${named}_total` : named;
}

function metricLines(metric: MetricData): string[] {
  if (metric.dataPoints.length === 0) return [];
  const isCounter = metric.dataPointType === DataPointType.SUM && metric.isMonotonic;
  const name = prometheusName(metric, isCounter);
  const type = metric.dataPointType === DataPointType.HISTOGRAM ? "histogram" : isCounter ? "counter" : "gauge";
  const head = [
    `# HELP ${name} ${metric.descriptor.description.replaceAll("\n", " ") || metric.descriptor.name}`,
    `# TYPE ${name} ${type}`,
  ];
  if (metric.dataPointType === DataPointType.HISTOGRAM) {
    return head.concat(
      metric.dataPoints.flatMap((point) => {
        let cumulative = 0;
        const buckets = point.value.buckets.boundaries.map((bound, index) => {
          cumulative += point.value.buckets.counts[index] ?? 0;
          return `${name}_bucket${labels({ ...point.attributes, le: String(bound) })} ${cumulative}`;
        });
        return [
          ...buckets,
          `${name}_bucket${labels({ ...point.attributes, le: "+Inf" })} ${point.value.count}`,
          `${name}_sum${labels(point.attributes)} ${point.value.sum ?? 0}`,
          `${name}_count${labels(point.attributes)} ${point.value.count}`,
        ];
      }),
    );
  }
  if (metric.dataPointType === DataPointType.EXPONENTIAL_HISTOGRAM) return [];
  return head.concat(metric.dataPoints.map((point) => `${name}${labels(point.attributes)} ${point.value}`));
}

function labels(attributes: Attributes): string {
  const pairs = Object.entries(attributes).map(
    ([key, value]) =>
      `${key.replaceAll(/[^a-zA-Z0-9_]/g, "_")}="${String(value).replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`,
  );
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}
