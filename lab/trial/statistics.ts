/** A proportion with its 95 % Wilson interval; of nothing it is unknown, from 0 to 1. */
export type Proportion = { count: number; of: number; ratio: number | null; low: number; high: number };

const z = 1.959964; // two-sided 95 %

export function proportion(count: number, of: number): Proportion {
  if (of === 0) return { count, of, ratio: null, low: 0, high: 1 };
  const ratio = count / of;
  const spread = z ** 2 / of;
  const middle = (ratio + spread / 2) / (1 + spread);
  const half = (z * Math.sqrt((ratio * (1 - ratio)) / of + spread / (4 * of))) / (1 + spread);
  return { count, of, ratio, low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

/** Of the sorted values, by nearest rank; null when there are none. */
export function quantile(values: number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? null;
}
