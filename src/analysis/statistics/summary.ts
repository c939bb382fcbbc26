/** Linear interpolation between order statistics (the usual "type 7"). `share` 0 to 1. Null for no values. */
export function quantile(values: readonly number[], share: number): number | null {
  return quantileOfSorted(ascending(values), share);
}

export function median(values: readonly number[]): number | null {
  return quantile(values, 0.5);
}

export function mean(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  // Around the first value, so that large instants and byte counts keep their small differences.
  const origin = values[0] as number;
  let sum = 0;
  for (const value of values) sum += value - origin;
  return origin + sum / values.length;
}

/** Sample standard deviation; 0 for a single value, null for none. */
export function standardDeviation(values: readonly number[]): number | null {
  const centre = mean(values);
  if (centre === null) return null;
  if (values.length === 1) return 0;
  let squares = 0;
  for (const value of values) squares += (value - centre) ** 2;
  return Math.sqrt(squares / (values.length - 1));
}

/**
 * How far values usually stray from their median, in their own unit: max(1.4826·MAD, IQR/1.349, SD, 1 %·|median|)
 * (METHODS 2.2). MAD alone explodes on nearly constant signals; the 1 % keeps a pinned signal from scoring its noise.
 * Null for no values; 0 only when all values are 0.
 */
export function tailAwareScale(values: readonly number[]): number | null {
  // Sorted once: this runs for every signal of every entity, and the order of the input must not show in the last digit.
  const sorted = ascending(values);
  const centre = quantileOfSorted(sorted, 0.5);
  if (centre === null) return null;
  const deviation = quantileOfSorted(ascending(sorted.map((value) => Math.abs(value - centre))), 0.5) ?? 0;
  const range = (quantileOfSorted(sorted, 0.75) ?? 0) - (quantileOfSorted(sorted, 0.25) ?? 0);
  const spread = standardDeviation(sorted) ?? 0;
  return Math.max(1.4826 * deviation, range / 1.349, spread, 0.01 * Math.abs(centre));
}

export function ascending(values: readonly number[]): number[] {
  // Typed arrays sort natively, several times as fast as with a comparing function.
  return Array.from(Float64Array.from(values).sort());
}

export function quantileOfSorted(sorted: readonly number[], share: number): number | null {
  if (sorted.length === 0) return null;
  const position = (sorted.length - 1) * Math.min(1, Math.max(0, share));
  const below = Math.floor(position);
  const lower = sorted[below] as number;
  const upper = sorted[Math.min(sorted.length - 1, below + 1)] as number;
  return lower + (upper - lower) * (position - below);
}
