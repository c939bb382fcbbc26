/**
 * Durations in logarithmic buckets, four to a doubling from 10 µs to about seven minutes: percentiles are right to ±9 %,
 * and histograms of different instances and times add up, which percentiles do not.
 */
const SMALLEST_SECONDS = 1e-5;
const PER_DOUBLING = 4;
export const BUCKET_COUNT = 104;

export type LogHistogram = Int32Array;

export function createLogHistogram(): LogHistogram {
  return new Int32Array(BUCKET_COUNT);
}

export function bucketOf(seconds: number): number {
  if (!(seconds > SMALLEST_SECONDS)) return 0;
  return Math.min(BUCKET_COUNT - 1, Math.floor(Math.log2(seconds / SMALLEST_SECONDS) * PER_DOUBLING));
}

export function lowerBoundOf(bucket: number): number {
  return SMALLEST_SECONDS * 2 ** (bucket / PER_DOUBLING);
}

/** The part that is not zero, and where it begins. Empty for an empty histogram. */
export function packHistogram(histogram: ArrayLike<number>): { offset: number; counts: number[] } {
  let first = 0;
  let last = histogram.length - 1;
  while (first <= last && histogram[first] === 0) first++;
  while (last >= first && histogram[last] === 0) last--;
  const counts: number[] = [];
  for (let index = first; index <= last; index++) counts.push(histogram[index] as number);
  return { offset: counts.length === 0 ? 0 : first, counts };
}

export function addPacked(histogram: LogHistogram, offset: number, counts: readonly number[]): void {
  for (let index = 0; index < counts.length; index++) {
    const bucket = offset + index;
    if (bucket < BUCKET_COUNT) histogram[bucket] = (histogram[bucket] as number) + (counts[index] as number);
  }
}

/** `share` 0 to 1; geometric interpolation inside the bucket. Null for an empty histogram. */
export function histogramQuantile(histogram: ArrayLike<number>, share: number): number | null {
  let total = 0;
  for (let index = 0; index < histogram.length; index++) total += Math.max(0, histogram[index] as number);
  if (total === 0) return null;
  const rank = share * total;
  let below = 0;
  for (let index = 0; index < histogram.length; index++) {
    const count = Math.max(0, histogram[index] as number);
    if (count > 0 && below + count >= rank) {
      const inside = Math.min(1, Math.max(0, (rank - below) / count));
      return lowerBoundOf(index) * 2 ** (inside / PER_DOUBLING);
    }
    below += count;
  }
  return lowerBoundOf(histogram.length);
}
