import type { ConceptId } from "../../core/concept.ts";
import type { EntityKind } from "../../core/entity.ts";
import type { LabelMatcher, SignalExpression, SignalMapping } from "../../core/signal-map.ts";
import { counterRate, gauge, line, type MetricIndex } from "./convention.ts";

/** A concept that one metric of known name says by itself. */
type NamedLine = {
  concept: ConceptId;
  metric: string;
  form: "counter" | "sum" | "mean" | "max" | "min";
  where?: LabelMatcher[];
};

/** Lines of those metrics that are there. */
export function namedLines(
  speaker: { name: string; priority: number },
  metrics: MetricIndex,
  entityKinds: EntityKind[],
  rows: NamedLine[],
): SignalMapping[] {
  return rows.flatMap(({ concept, metric, form, where = [] }) => {
    const entry = metrics.get(metric);
    if (!entry) return [];
    const expression: SignalExpression = form === "counter" ? counterRate(metric, where) : gauge(metric, where, form);
    return [line(speaker, concept, entry, expression, { entityKinds })];
  });
}

/** A line over several metrics; only when all of them are there. Entity labels are those of the first. */
export function combinedLine(
  speaker: { name: string; priority: number },
  metrics: MetricIndex,
  entityKinds: EntityKind[],
  concept: ConceptId,
  needed: string[],
  expression: SignalExpression,
): SignalMapping[] {
  const entries = needed.map((metric) => metrics.get(metric));
  const first = entries[0];
  if (!first || entries.some((entry) => entry === undefined)) return [];
  return [line(speaker, concept, first, expression, { entityKinds })];
}
