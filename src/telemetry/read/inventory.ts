import type { MetricInventoryEntry } from "../../core/signal-map.ts";
import type { Database } from "../../store/database.ts";

/** Values of one label that are listed: enough to recognise a convention by. */
const VALUES_LISTED = 40;

/** What metrics were received since `since`, as discovery of the signal map wants it. */
export async function readInventory(database: Database, since: number): Promise<MetricInventoryEntry[]> {
  const rows = await database.query<{
    metric: string;
    kind: string;
    unit: string;
    is_monotonic: boolean;
    attributes: Record<string, unknown>;
    resource: Record<string, string>;
  }>(
    `select s.metric, s.kind, s.unit, s.is_monotonic, s.attributes, r.attributes as resource
     from series s join resources r on r.id = s.resource_id where s.last_seen_at >= $1 limit 50000`,
    [Math.floor(since)],
  );
  const entries = new Map<string, { entry: MetricInventoryEntry; labels: Map<string, Set<string>> }>();
  for (const row of rows) {
    let known = entries.get(row.metric);
    if (!known) {
      const unit = row.unit === "" ? null : row.unit;
      known = {
        entry: { metric: row.metric, type: typeOf(row.kind, row.is_monotonic), unit, labels: {} },
        labels: new Map(),
      };
      entries.set(row.metric, known);
    }
    for (const [label, value] of [...Object.entries(row.resource), ...Object.entries(row.attributes)]) {
      const values = known.labels.get(label) ?? new Set();
      if (values.size < VALUES_LISTED) values.add(typeof value === "object" ? JSON.stringify(value) : String(value));
      known.labels.set(label, values);
    }
  }
  return [...entries.values()].map(({ entry, labels }) => ({
    ...entry,
    labels: Object.fromEntries([...labels].map(([label, values]) => [label, [...values].sort()])),
  }));
}

function typeOf(kind: string, isMonotonic: boolean): MetricInventoryEntry["type"] {
  if (kind === "sum") return isMonotonic ? "counter" : "gauge";
  if (kind === "histogram" || kind === "exponential-histogram") return "histogram";
  return kind === "summary" ? "summary" : "gauge";
}
