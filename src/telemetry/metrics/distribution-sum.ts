/** One stored point of a histogram, exponential histogram or summary. */
export type StoredDistribution = {
  at: number;
  startAt: number | null;
  count: number;
  sum: number | null;
  minimum: number | null;
  maximum: number | null;
  bounds: number[] | null;
  counts: number[] | null;
  scale: number | null;
  zeroCount: number | null;
  bucketOffset: number | null;
  quantiles: { share: number; value: number }[] | null;
};

/** Values between two bounds, and how many. */
type Bucket = { lower: number; upper: number; count: number };

/** What was observed between two points: the difference of two cumulative ones, or a delta itself. */
type DistributionPart = {
  from: number;
  to: number;
  count: number;
  sum: number | null;
  maximum: number | null;
  buckets: Bucket[];
  quantiles: { share: number; value: number }[] | null;
};

const LONGEST_INTERVAL_MILLISECONDS = 5 * 60_000;

/** Parts between the points of one series, in order of time; resets and gaps as for counters. */
export function distributionParts(points: readonly StoredDistribution[], temporality: string): DistributionPart[] {
  const parts: DistributionPart[] = [];
  let before: StoredDistribution | null = null;
  for (const point of points) {
    const part = temporality === "delta" ? deltaPart(point, before) : differencePart(point, before);
    if (part && part.to > part.from) parts.push(part);
    before = point;
  }
  return parts;
}

function deltaPart(point: StoredDistribution, before: StoredDistribution | null): DistributionPart | null {
  const from = point.startAt ?? before?.at;
  return from === undefined ? null : wholePart(point, from, point.maximum);
}

function differencePart(point: StoredDistribution, before: StoredDistribution | null): DistributionPart | null {
  if (!before || point.at - before.at > LONGEST_INTERVAL_MILLISECONDS) return null;
  const beganAnew =
    point.startAt !== null &&
    before.startAt !== null &&
    point.startAt > before.startAt &&
    point.startAt >= before.at - 1;
  // The maximum of a cumulative point is one of all time: it says nothing about this part.
  if (beganAnew || point.count < before.count)
    return wholePart(point, Math.max(before.at, point.startAt ?? before.at), null);
  const now = bucketsOf(point, before.scale);
  const then = new Map(bucketsOf(before, point.scale).map((bucket) => [bucket.upper, bucket.count]));
  const buckets = now.map((bucket) => ({
    ...bucket,
    count: Math.max(0, bucket.count - (then.get(bucket.upper) ?? 0)),
  }));
  return {
    from: before.at,
    to: point.at,
    count: point.count - before.count,
    sum: point.sum === null || before.sum === null ? null : point.sum - before.sum,
    maximum: null,
    buckets,
    quantiles: point.quantiles,
  };
}

function wholePart(point: StoredDistribution, from: number, maximum: number | null): DistributionPart {
  const { at, count, sum, quantiles } = point;
  return { from, to: at, count, sum, maximum, buckets: bucketsOf(point, null), quantiles };
}

/** Two exponential histograms compare at the coarser of their scales. */
function bucketsOf(point: StoredDistribution, otherScale: number | null): Bucket[] {
  const counts = point.counts ?? [];
  if (point.scale === null) return explicitBuckets(point.bounds ?? [], counts);
  const scale = otherScale === null ? point.scale : Math.min(point.scale, otherScale);
  const shift = point.scale - scale;
  const merged = new Map<number, number>();
  counts.forEach((count, index) => {
    const key = ((point.bucketOffset ?? 0) + index) >> shift;
    merged.set(key, (merged.get(key) ?? 0) + count);
  });
  const bound = (index: number) => 2 ** (index * 2 ** -scale);
  const buckets = [...merged].map(([index, count]) => ({ lower: bound(index), upper: bound(index + 1), count }));
  return [{ lower: 0, upper: 0, count: point.zeroCount ?? 0 }, ...buckets];
}

function explicitBuckets(bounds: number[], counts: number[]): Bucket[] {
  return counts.map((count, index) => ({
    lower: index === 0 ? Math.min(0, bounds[0] ?? 0) : (bounds[index - 1] as number),
    upper: bounds[index] ?? Number.POSITIVE_INFINITY,
    count,
  }));
}

/** Sum of parts, of one or of several series. */
export type DistributionSum = {
  count: number;
  sum: number;
  hasSum: boolean;
  maximum: number | null;
  buckets: Map<number, Bucket>;
  quantiles: Map<number, { weighted: number; weight: number }>;
};

export function createDistributionSum(): DistributionSum {
  return { count: 0, sum: 0, hasSum: false, maximum: null, buckets: new Map(), quantiles: new Map() };
}

/** `share` of a part, when a cell covers only some of its time. */
export function addPart(total: DistributionSum, part: DistributionPart, share: number): void {
  total.count += part.count * share;
  if (part.sum !== null) {
    total.sum += part.sum * share;
    total.hasSum = true;
  }
  if (part.maximum !== null) total.maximum = Math.max(total.maximum ?? part.maximum, part.maximum);
  for (const { lower, upper, count } of part.buckets) {
    const known = total.buckets.get(upper);
    if (known) known.count += count * share;
    else total.buckets.set(upper, { lower, upper, count: count * share });
  }
  // Percentiles of a summary cannot be added up: they are averaged by weight, which is the best that can be said.
  for (const { share: quantile, value } of part.quantiles ?? []) {
    if (!Number.isFinite(value)) continue;
    const known = total.quantiles.get(quantile) ?? { weighted: 0, weight: 0 };
    const weight = Math.max(part.count * share, 1e-9);
    total.quantiles.set(quantile, { weighted: known.weighted + value * weight, weight: known.weight + weight });
  }
}

/** Mean; null when nothing was observed or no sum was sent. */
export function meanOf(total: DistributionSum): number | null {
  return total.count > 0 && total.hasSum ? total.sum / total.count : null;
}

/** Linear inside a bucket; the last, open one answers with its lower bound. Null when nothing was observed. */
export function quantileOf(total: DistributionSum, share: number): number | null {
  if (total.quantiles.size > 0) return nearestQuantile(total, share);
  const buckets = [...total.buckets.values()]
    .filter(({ count }) => count > 0)
    .sort((left, right) => left.upper - right.upper);
  const observed = buckets.reduce((sum, { count }) => sum + count, 0);
  if (observed <= 0) return null;
  let below = 0;
  for (const { lower, upper, count } of buckets) {
    if (below + count >= share * observed) {
      if (!Number.isFinite(upper)) return total.maximum ?? lower;
      const value = lower + (upper - lower) * Math.min(1, Math.max(0, (share * observed - below) / count));
      return total.maximum === null ? value : Math.min(value, total.maximum);
    }
    below += count;
  }
  return buckets.at(-1)?.lower ?? null;
}

function nearestQuantile(total: DistributionSum, share: number): number | null {
  let best: { distance: number; value: number } | null = null;
  for (const [quantile, { weighted, weight }] of total.quantiles) {
    const distance = Math.abs(quantile - share);
    if (!best || distance < best.distance) best = { distance, value: weighted / weight };
  }
  return best?.value ?? null;
}
