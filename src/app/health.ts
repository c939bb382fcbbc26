import type { Connection } from "../core/capability.ts";
import type { ConceptId, Statistic } from "../core/concept.ts";
import type { Entity, EntityId } from "../core/entity.ts";
import type { Series } from "../core/series.ts";
import type { Instant } from "../core/window.ts";

export type HealthState = "failing" | "degraded" | "healthy" | "unknown";

export type Spark = { startAt: Instant; stepSeconds: number; values: (number | null)[] };

/** What callers of an entity see now and over the last hour. Null: nobody can see. */
export type Health = {
  state: HealthState;
  sentence: string;
  requestRate: number | null;
  errorRatio: number | null;
  latencySeconds: number | null;
  usualLatencySeconds: number | null;
  rate: Spark | null;
  errors: Spark | null;
  latency: Spark | null;
};

export type HealthReading = { at: Instant; byEntity: Map<EntityId, Health>; lastDataAt: Instant | null };

const stepSeconds = 30;
const spanSeconds = 3600;

/** A glance for the page, not evidence: nothing of it is stored or cited. One question a concept for the whole estate. */
export async function readHealth(connections: Connection[], entities: Entity[], now: Instant): Promise<HealthReading> {
  const window = { from: now - spanSeconds * 1000, to: now };
  const read = async (concept: ConceptId, statistic: Statistic): Promise<Map<EntityId, Series>> => {
    const found = new Map<EntityId, Series>();
    for (const { metrics } of connections) {
      const missing = entities.filter((entity) => !found.has(entity.id));
      if (!metrics || missing.length === 0) continue;
      const answer = await metrics
        .readSeries({ concept, statistic, keep: [], entities: missing, stepSeconds, window })
        .catch(() => null);
      for (const series of answer?.body ?? []) if (!found.has(series.entityId)) found.set(series.entityId, series);
    }
    return found;
  };
  const [rates, errors, latencies] = await Promise.all([
    read("request.rate", "rate"),
    read("request.error_ratio", "mean"),
    read("request.latency", "p95"),
  ]);
  const byEntity = new Map(
    entities.map((entity) => [entity.id, judge(rates.get(entity.id), errors.get(entity.id), latencies.get(entity.id))]),
  );
  const ends = [...rates.values()].flatMap((series) => {
    const last = series.values.findLastIndex((value) => value !== null);
    return last < 0 ? [] : [Math.min(now, series.startAt + (last + 1) * series.stepSeconds * 1000)];
  });
  return { at: now, byEntity, lastDataAt: ends.length > 0 ? Math.max(...ends) : null };
}

/** SRE workbook: 5 % failing hurts at once; 1 % is worth a look. Latency against its own hour: three times, twice. */
const failingRatio = 0.05;
const degradedRatio = 0.01;

export function judge(rate: Series | undefined, errors: Series | undefined, latency: Series | undefined): Health {
  const requestRate = recent(rate);
  const errorRatio = recent(errors);
  const latencySeconds = recent(latency);
  const usualLatencySeconds = median(latency?.values ?? []);
  const usualErrors = median(errors?.values ?? []) ?? 0;
  const sparks = { rate: sparkOf(rate), errors: sparkOf(errors), latency: sparkOf(latency) };
  const figures = { requestRate, errorRatio, latencySeconds, usualLatencySeconds, ...sparks };
  if (requestRate === null && errorRatio === null) return { state: "unknown", sentence: "not to be seen", ...figures };
  if (errorRatio !== null && errorRatio >= degradedRatio && errorRatio > 2 * usualErrors) {
    const state = errorRatio >= failingRatio ? "failing" : "degraded";
    return { state, sentence: `${percent(errorRatio)} fail`, ...figures };
  }
  // Below 20 ms nobody notices a multiple of it.
  if (latencySeconds !== null && usualLatencySeconds !== null && latencySeconds > 0.02 + 2 * usualLatencySeconds) {
    const times = latencySeconds / Math.max(usualLatencySeconds, 0.001);
    return { state: times >= 3 ? "failing" : "degraded", sentence: `p95 × ${times.toFixed(1)}`, ...figures };
  }
  return { state: "healthy", sentence: "as usual", ...figures };
}

/** Mean of the last two full steps: one bucket alone is noise, more would be old. */
function recent(series: Series | undefined): number | null {
  const values = (series?.values ?? [])
    .slice(-4)
    .filter((value) => value !== null)
    .slice(-2);
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: (number | null)[]): number | null {
  const sorted = values.filter((value) => value !== null).sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}

function sparkOf(series: Series | undefined): Spark | null {
  return series ? { startAt: series.startAt, stepSeconds: series.stepSeconds, values: series.values } : null;
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(ratio < 0.1 ? 1 : 0)} %`;
}
