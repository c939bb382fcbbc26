import type { ConceptId } from "../core/concept.ts";
import type { MetricInventoryEntry, SignalExpression, SignalMap, SignalMapping } from "../core/signal-map.ts";
import { indexMetrics, type SignalConvention } from "./signal-conventions/convention.ts";
import { goClient } from "./signal-conventions/go-client.ts";
import { istio } from "./signal-conventions/istio.ts";
import { jvm } from "./signal-conventions/jvm.ts";
import { kubernetes } from "./signal-conventions/kubernetes.ts";
import { micrometer } from "./signal-conventions/micrometer.ts";
import { morphology } from "./signal-conventions/morphology.ts";
import { nodeExporter } from "./signal-conventions/node-exporter.ts";
import { nodejsPromClient } from "./signal-conventions/nodejs-prom-client.ts";
import { opentelemetry } from "./signal-conventions/opentelemetry.ts";
import { postgresExporter } from "./signal-conventions/postgres-exporter.ts";
import { prometheusClient } from "./signal-conventions/prometheus-client.ts";
import { redisExporter } from "./signal-conventions/redis-exporter.ts";

const byName: SignalConvention[] = [
  opentelemetry,
  kubernetes,
  micrometer,
  redisExporter,
  postgresExporter,
  nodeExporter,
  jvm,
  nodejsPromClient,
  goClient,
  prometheusClient,
  istio,
];

/**
 * How a connection's metrics say what midwatch asks for: conventions that are known by name first, and for metrics that
 * none of them uses the general reading. An empty inventory gives an empty map: then every concept is unmapped.
 */
export function discoverSignalMap(connection: string, inventory: MetricInventoryEntry[]): SignalMap {
  const metrics = indexMetrics(inventory);
  const known = byName.flatMap((convention) => convention.map(metrics));
  const usedByName = new Set(known.flatMap(({ expression }) => metricsOf(expression)));
  const rest = indexMetrics(inventory.filter(({ metric }) => !usedByName.has(metric)));
  const mappings = [...known, ...morphology.map(rest)].filter(({ entityLabels }) => entityLabels.length > 0);
  mappings.sort((left, right) => compare(left, right));
  const used = new Set(mappings.flatMap(({ expression }) => metricsOf(expression)));
  return {
    connection,
    mappings,
    unusedMetrics: inventory
      .map(({ metric }) => metric)
      .filter((metric) => !used.has(metric))
      .sort(),
  };
}

/** Every metric that an expression reads. */
export function metricsOf(expression: SignalExpression): string[] {
  switch (expression.form) {
    case "ratio":
      return [...metricsOf(expression.numerator), ...metricsOf(expression.denominator)];
    case "difference":
      return [...metricsOf(expression.from), ...metricsOf(expression.subtract)];
    case "sum":
      return expression.of.flatMap(metricsOf);
    case "scaled":
      return metricsOf(expression.of);
    default:
      return [expression.metric];
  }
}

/** Lines for a concept, the one to try first in front. */
export function mappingsOf(map: SignalMap, concept: ConceptId): SignalMapping[] {
  return map.mappings.filter((mapping) => mapping.concept === concept);
}

/** By concept, then the better line; the metrics' names decide between equals, so that the order of input does not. */
function compare(left: SignalMapping, right: SignalMapping): number {
  if (left.concept !== right.concept) return left.concept < right.concept ? -1 : 1;
  if (left.priority !== right.priority) return right.priority - left.priority;
  const [leftText, rightText] = [JSON.stringify(left), JSON.stringify(right)];
  return leftText < rightText ? -1 : leftText > rightText ? 1 : 0;
}
