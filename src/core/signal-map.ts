import type { ConceptId, Dimension } from "./concept.ts";
import type { EntityKind } from "./entity.ts";

/** Narrows a metric by its labels (Prometheus) or attributes (OTLP). */
export type LabelMatcher = { label: string; operator: "=" | "!=" | "=~" | "!~"; value: string };

/** How a concept is calculated from what an estate has. Integrations compile this into their own query language. */
export type SignalExpression =
  | { form: "gauge"; metric: string; where: LabelMatcher[]; across: "sum" | "mean" | "max" | "min" }
  /** Per-second rate of a monotonic counter. */
  | { form: "counter-rate"; metric: string; where: LabelMatcher[] }
  /** A distribution: percentiles and mean; `style` says how its buckets are kept. */
  | { form: "histogram"; metric: string; where: LabelMatcher[]; style: "buckets" | "native" | "summary" }
  | { form: "histogram-count-rate"; metric: string; where: LabelMatcher[]; style: "buckets" | "native" | "summary" }
  /** What the values of a distribution add up to each second: seconds spent a second, say. */
  | { form: "histogram-sum-rate"; metric: string; where: LabelMatcher[]; style: "buckets" | "native" | "summary" }
  | { form: "ratio"; numerator: SignalExpression; denominator: SignalExpression }
  | { form: "sum"; of: SignalExpression[] }
  | { form: "difference"; from: SignalExpression; subtract: SignalExpression }
  | { form: "scaled"; factor: number; of: SignalExpression };

/** One line of a signal map: how this estate says a concept, for entities of these kinds. */
export type SignalMapping = {
  concept: ConceptId;
  entityKinds: EntityKind[];
  expression: SignalExpression;
  /** Labels that name the entity; the values together are the entity's name in this convention. */
  entityLabels: string[];
  /** Where a dimension is found, when it is. */
  dimensionLabels: Partial<Record<Dimension, string>>;
  /** `opentelemetry`, `micrometer`, `istio`, `statsd`, `cadvisor`, … or `person`. */
  convention: string;
  /** Higher wins where several say the same concept for one entity. */
  priority: number;
};

/** Discovered, versioned, visible, editable. Concepts without a line are unmapped: nobody looked. */
export type SignalMap = {
  connection: string;
  mappings: SignalMapping[];
  /** Metrics that were seen and are used by no line: what a person could map by hand. */
  unusedMetrics: string[];
};

/** What a source can tell of one of its metrics: what discovery works on. */
export type MetricInventoryEntry = {
  metric: string;
  type: "gauge" | "counter" | "histogram" | "summary" | "unknown";
  unit: string | null;
  labels: Record<string, string[]>;
};
