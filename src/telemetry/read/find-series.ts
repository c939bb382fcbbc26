import type { Dimension } from "../../core/concept.ts";
import type { Entity } from "../../core/entity.ts";
import type { LabelMatcher, SignalMapping } from "../../core/signal-map.ts";
import type { Database } from "../../store/database.ts";

export type FoundSeries = {
  id: number;
  kind: string;
  temporality: string;
  isMonotonic: boolean;
  labels: Record<string, string>;
  lastSeenAt: number;
};

/** Series of one entity that differ in no dimension that is kept apart. */
export type SeriesGroup = {
  entity: Entity;
  dimensions: Partial<Record<Dimension, string>>;
  key: string;
  series: FoundSeries[];
};

/** One metric has at most this many series looked through for one question. */
const MOST_SERIES = 20_000;

/** All series of a metric with their labels: those of the resource, overruled by those of the point. */
export async function loadSeries(database: Database, metric: string): Promise<FoundSeries[]> {
  const rows = await database.query<{
    id: number;
    kind: string;
    temporality: string;
    is_monotonic: boolean;
    attributes: Record<string, unknown>;
    resource: Record<string, string>;
    last_seen_at: number;
  }>(
    `select s.id, s.kind, s.temporality, s.is_monotonic, s.attributes, r.attributes as resource, s.last_seen_at
     from series s join resources r on r.id = s.resource_id where s.metric = $1 order by s.last_seen_at desc limit $2`,
    [metric, MOST_SERIES],
  );
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    temporality: row.temporality,
    isMonotonic: row.is_monotonic,
    labels: { ...row.resource, ...textsOf(row.attributes) },
    lastSeenAt: row.last_seen_at,
  }));
}

function textsOf(attributes: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [
      key,
      typeof value === "object" ? JSON.stringify(value) : String(value),
    ]),
  );
}

export function groupSeries(
  series: readonly FoundSeries[],
  where: readonly LabelMatcher[],
  mapping: Pick<SignalMapping, "entityLabels" | "dimensionLabels">,
  entities: readonly Entity[],
  keep: readonly Dimension[],
): SeriesGroup[] {
  const matching = series.filter(({ labels }) =>
    where.every((matcher) => matches(matcher, labels[matcher.label] ?? "")),
  );
  const groups = new Map<string, SeriesGroup>();
  for (const entity of entities) {
    for (const each of matching) {
      if (!namesEntity(each.labels, mapping.entityLabels, entity)) continue;
      const dimensions: Partial<Record<Dimension, string>> = {};
      for (const dimension of keep) {
        const label = mapping.dimensionLabels[dimension] ?? usualLabels[dimension];
        const value = label === undefined ? undefined : each.labels[label];
        if (value !== undefined) dimensions[dimension] = value;
      }
      const key = `${entity.id}|${JSON.stringify(dimensions)}`;
      const group = groups.get(key);
      if (group) group.series.push(each);
      else groups.set(key, { entity, dimensions, key, series: [each] });
    }
  }
  return [...groups.values()];
}

const usualLabels: Partial<Record<Dimension, string>> = {
  instance: "service.instance.id",
  version: "service.version",
  zone: "cloud.availability_zone",
};

/** Every label that names the entity in this convention has the entity's value. An instance also has to be that one. */
function namesEntity(labels: Record<string, string>, entityLabels: readonly string[], entity: Entity): boolean {
  if (entityLabels.length === 0) return false;
  for (const label of entityLabels) {
    const value = entity.attributes[label];
    if (value === undefined || labels[label] !== value) return false;
  }
  const namespace = entity.attributes["service.namespace"];
  if (namespace !== undefined && labels["service.namespace"] !== undefined && labels["service.namespace"] !== namespace)
    return false;
  const instance = entity.kind === "instance" ? entity.attributes["service.instance.id"] : undefined;
  return instance === undefined || labels["service.instance.id"] === instance;
}

function matches(matcher: LabelMatcher, value: string): boolean {
  if (matcher.operator === "=") return value === matcher.value;
  if (matcher.operator === "!=") return value !== matcher.value;
  const isMatch = anchored(matcher.value).test(value);
  return matcher.operator === "=~" ? isMatch : !isMatch;
}

const expressions = new Map<string, RegExp>();

/** As in PromQL, the whole value has to match. A pattern that is none matches nothing. */
function anchored(pattern: string): RegExp {
  let expression = expressions.get(pattern);
  if (!expression) {
    try {
      expression = new RegExp(`^(?:${pattern})$`);
    } catch {
      expression = /^(?!)/;
    }
    if (expressions.size > 500) expressions.clear();
    expressions.set(pattern, expression);
  }
  return expression;
}
