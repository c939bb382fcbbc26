import { z } from "zod";
import type { MetricInventoryEntry } from "../../core/signal-map.ts";
import type { Instant } from "../../core/window.ts";
import { type ApiAnswer, numberOf, type PrometheusApi } from "./api.ts";
import { anyOf, quote } from "./compile-signal.ts";
import { mostLabelValues } from "./name-entities.ts";

const metadata = z.record(z.string(), z.array(z.object({ type: z.string(), unit: z.string().optional() })));
const names = z.array(z.string());
const seriesList = z.array(z.record(z.string(), z.string()));

/** Series that are read whole in one request; metrics with more are described label by label. */
const seriesAtOnce = 5000;
const metricsAtOnce = 60;
/** Labels that are worth their values where a metric has too many series to read them all. */
const tellingLabels =
  /status|code|state|result|outcome|area|mode|type|quantile|reporter|service|job|app|workload|deployment|container|component|namespace|exception|error|peer|target|destination|upstream|address|client|version|resource|flag|success/i;

type Type = MetricInventoryEntry["type"];

/**
 * Every metric of the source that had samples lately, with the labels it carries. `_bucket`, `_sum` and `_count` of a
 * distribution are one entry. `isWanted` narrows which metrics are described in detail: an estate has thousands.
 */
export async function readInventory(
  api: PrometheusApi,
  now: Instant,
  isWanted: (metric: string) => boolean,
): Promise<ApiAnswer<MetricInventoryEntry[]>> {
  const range = { start: String(now / 1000 - 600), end: String(now / 1000) };
  const all = await api.get("/api/v1/label/__name__/values", names, range);
  if (all.kind !== "data") return all;
  const told = await api.get("/api/v1/metadata", metadata);
  const types = told.kind === "data" ? told.data : {};
  const families = familiesOf(all.data, types);
  const wanted = families.filter(({ metric }) => isWanted(metric));
  const entries = new Map(wanted.map((family) => [family.metric, emptyEntry(family)]));
  const warnings = [...all.warnings];
  for (let start = 0; start < wanted.length; start += metricsAtOnce) {
    const part = wanted.slice(start, start + metricsAtOnce);
    const answer = await describe(api, now, part, entries);
    if (answer.kind === "trouble") return answer;
    if (answer.kind === "too-much") warnings.push(answer.why);
  }
  return { kind: "data", data: [...entries.values()], warnings };
}

type Family = {
  metric: string;
  type: Type;
  unit: string | null /** The series that stand for its labels. */;
  sample: string[];
};

/** Metrics grouped into families; without metadata (federation, remote write) the names alone tell. */
function familiesOf(metrics: string[], types: z.infer<typeof metadata>): Family[] {
  const known = new Set(metrics);
  const families: Family[] = [];
  const parts = new Set<string>();
  for (const metric of metrics) {
    const base = metric.replace(/_(count|bucket|sum)$/, "");
    if (base === metric || parts.has(metric)) continue;
    if (!known.has(`${base}_count`) || !known.has(`${base}_sum`)) continue;
    const hasBuckets = known.has(`${base}_bucket`);
    for (const suffix of ["_count", "_sum", "_bucket"]) parts.add(`${base}${suffix}`);
    if (families.some((family) => family.metric === base)) continue;
    const sample = [hasBuckets ? `${base}_bucket` : known.has(base) ? base : `${base}_count`, `${base}_count`];
    families.push({
      metric: base,
      type: hasBuckets ? "histogram" : "summary",
      unit: unitOf(types, base),
      sample: [...new Set(sample)],
    });
    parts.add(base);
  }
  for (const metric of metrics) {
    if (parts.has(metric)) continue;
    families.push({ metric, type: typeOf(types, metric), unit: unitOf(types, metric), sample: [metric] });
  }
  return families;
}

function typeOf(types: z.infer<typeof metadata>, metric: string): Type {
  // Metadata name a counter with `_total`, or, as OpenMetrics has it, without.
  const told = types[metric]?.[0]?.type ?? types[metric.replace(/_total$/, "")]?.[0]?.type;
  if (told === "counter" || told === "gauge" || told === "summary" || told === "histogram") return told;
  return /_total$/.test(metric) ? "counter" : "unknown";
}

function unitOf(types: z.infer<typeof metadata>, metric: string): string | null {
  return types[metric]?.[0]?.unit || null;
}

function emptyEntry({ metric, type, unit }: Family): MetricInventoryEntry {
  return { metric, type, unit, labels: {} };
}

async function describe(
  api: PrometheusApi,
  now: Instant,
  families: Family[],
  entries: Map<string, MetricInventoryEntry>,
): Promise<ApiAnswer<null>> {
  const counted = await api.query({
    query: `count by (__name__) ({__name__=~${quote(anyOf(families.flatMap(({ sample }) => sample)))}})`,
    atSeconds: now / 1000,
  });
  if (counted.kind === "trouble") return counted;
  const counts = new Map(
    counted.kind === "data"
      ? counted.data.map(({ metric, value }) => [metric["__name__"] ?? "", numberOf(value[1]) ?? 0])
      : [],
  );
  const sizeOf = (family: Family) =>
    counted.kind === "data"
      ? Math.max(...family.sample.map((metric) => counts.get(metric) ?? 0))
      : Number.POSITIVE_INFINITY;
  const range = { start: String(now / 1000 - 600), end: String(now / 1000) };
  let batch: Family[] = [];
  let size = 0;
  const readBatch = async () => {
    if (batch.length === 0) return;
    const matchers = batch.flatMap(({ sample }) => sample).map((metric) => `{__name__=${quote(metric)}}`);
    const answer = await api.get("/api/v1/series", seriesList, { ...range, "match[]": matchers });
    if (answer.kind === "data") for (const labels of answer.data) note(labels, batch, entries);
    batch = [];
    size = 0;
  };
  for (const family of families) {
    const own = sizeOf(family);
    if (own > seriesAtOnce) {
      await describeByLabel(api, range, family, entries);
      continue;
    }
    if (size + own > seriesAtOnce) await readBatch();
    batch.push(family);
    size += own;
  }
  await readBatch();
  return { kind: "data", data: null, warnings: [] };
}

function note(labels: Record<string, string>, batch: Family[], entries: Map<string, MetricInventoryEntry>): void {
  const family = batch.find(({ sample }) => sample.includes(labels["__name__"] ?? ""));
  const entry = family && entries.get(family.metric);
  if (!entry) return;
  for (const [label, value] of Object.entries(labels)) {
    if (label === "__name__") continue;
    const values = entry.labels[label] ?? [];
    entry.labels[label] = values;
    if (values.length < mostLabelValues && !values.includes(value)) values.push(value);
  }
}

async function describeByLabel(
  api: PrometheusApi,
  range: Record<string, string>,
  family: Family,
  entries: Map<string, MetricInventoryEntry>,
): Promise<void> {
  const entry = entries.get(family.metric);
  const matcher = { ...range, "match[]": `{__name__=${quote(family.sample[0] ?? family.metric)}}` };
  const labels = await api.get("/api/v1/labels", names, matcher);
  if (!entry || labels.kind !== "data") return;
  for (const label of labels.data.filter((name) => name !== "__name__")) {
    entry.labels[label] = [];
    if (!tellingLabels.test(label)) continue;
    const values = await api.get(`/api/v1/label/${encodeURIComponent(label)}/values`, names, matcher);
    if (values.kind === "data") entry.labels[label] = values.data.slice(0, mostLabelValues);
  }
}
