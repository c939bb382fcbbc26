import type { ConceptId, Dimension } from "../../core/concept.ts";
import type { EntityKind } from "../../core/entity.ts";
import type { LabelMatcher, MetricInventoryEntry, SignalExpression, SignalMapping } from "../../core/signal-map.ts";
import { chooseEntityLabels, findDimensionLabels } from "./label-roles.ts";

/** A vocabulary: how one library, exporter or standard names what it measures. */
export type SignalConvention = {
  name: string;
  /** Lines for every concept that the metrics at hand can say in this vocabulary; none when it is not spoken here. */
  map(metrics: MetricIndex): SignalMapping[];
};

/** The metrics of a source by name. A histogram stands once, under its base name. */
export type MetricIndex = {
  entries: readonly MetricInventoryEntry[];
  get(metric: string): MetricInventoryEntry | undefined;
};

/** Whatever runs as a process and tells of itself. */
export const runningKinds: EntityKind[] = [
  "service",
  "worker",
  "instance",
  "database",
  "cache",
  "queue",
  "storage",
  "dns",
  "proxy",
  "host",
];

export function indexMetrics(entries: readonly MetricInventoryEntry[]): MetricIndex {
  const byName = new Map(entries.map((entry) => [entry.metric, entry]));
  return { entries, get: (metric) => byName.get(metric) };
}

type MappingOptions = { entityKinds?: EntityKind[]; entityLabels?: string[]; priority?: number };

/** A line whose entity and dimension labels are found on the metric itself. */
export function line(
  convention: { name: string; priority: number },
  concept: ConceptId,
  entry: MetricInventoryEntry,
  expression: SignalExpression,
  options: MappingOptions = {},
): SignalMapping {
  return {
    concept,
    entityKinds: options.entityKinds ?? runningKinds,
    expression,
    entityLabels: options.entityLabels ?? chooseEntityLabels(entry),
    dimensionLabels: findDimensionLabels(entry, concept) as Partial<Record<Dimension, string>>,
    convention: convention.name,
    priority: options.priority ?? convention.priority,
  };
}

export function gauge(
  metric: string,
  where: LabelMatcher[] = [],
  across: "sum" | "mean" | "max" | "min" = "sum",
): SignalExpression {
  return { form: "gauge", metric, where, across };
}

export function counterRate(metric: string, where: LabelMatcher[] = []): SignalExpression {
  return { form: "counter-rate", metric, where };
}

function styleOf(entry: MetricInventoryEntry): "buckets" | "summary" {
  return entry.type === "summary" ? "summary" : "buckets";
}

export function distribution(entry: MetricInventoryEntry, where: LabelMatcher[] = []): SignalExpression {
  return { form: "histogram", metric: entry.metric, where, style: styleOf(entry) };
}

/** Events a second, whether they are counted by a counter or by a distribution. */
export function occurrences(entry: MetricInventoryEntry, where: LabelMatcher[] = []): SignalExpression {
  return isDistribution(entry)
    ? { form: "histogram-count-rate", metric: entry.metric, where, style: styleOf(entry) }
    : counterRate(entry.metric, where);
}

export function sumRate(entry: MetricInventoryEntry, where: LabelMatcher[] = []): SignalExpression {
  return { form: "histogram-sum-rate", metric: entry.metric, where, style: styleOf(entry) };
}

export function scaled(factor: number, of: SignalExpression): SignalExpression {
  return factor === 1 ? of : { form: "scaled", factor, of };
}

export function ratio(numerator: SignalExpression, denominator: SignalExpression): SignalExpression {
  return { form: "ratio", numerator, denominator };
}

export function sumOf(of: SignalExpression[]): SignalExpression {
  return of.length === 1 ? of[0]! : { form: "sum", of };
}

export function isDistribution(entry: MetricInventoryEntry): boolean {
  return entry.type === "histogram" || entry.type === "summary";
}

export function equals(label: string, value: string): LabelMatcher {
  return { label, operator: "=", value };
}

export function matches(label: string, value: string): LabelMatcher {
  return { label, operator: "=~", value };
}

/** Series that carry the label at all: the same metric of another program may not. */
export function carries(label: string): LabelMatcher {
  return { label, operator: "!=", value: "" };
}

/**
 * A pattern that takes capitals and small letters alike. Written out, because inline flags exist in RE2 and not in
 * JavaScript, and both evaluate these expressions. The pattern must hold no escapes and no letter classes.
 */
export function anyCase(pattern: string): string {
  return pattern.replaceAll(/[a-z]/gi, (letter) => `[${letter.toLowerCase()}${letter.toUpperCase()}]`);
}
