/**
 * Half-width of a confidence interval for a mean that stays valid however often it is looked at (normal mixture,
 * METHODS 10). `deviation`: of one sample; `expectedEffect`: where the interval is to be narrowest, in the same unit.
 * Infinity where nothing can be said yet.
 */
export function anytimeHalfWidth(samples: number, deviation: number, expectedEffect: number, alpha = 0.05): number {
  if (samples < 1) return Number.POSITIVE_INFINITY;
  if (deviation === 0) return 0;
  const n = samples;
  const variance = deviation ** 2;
  const mixture = Math.max(expectedEffect ** 2, variance * 1e-9);
  const spread = variance + n * mixture;
  const bound = Math.log(1 / alpha) + 0.5 * Math.log(1 + (n * mixture) / variance);
  return (deviation / n) * Math.sqrt(((2 * spread) / mixture) * bound);
}

/** Neighbouring samples tell the same twice: the deviation that independent samples with as much news would have. */
export function correlatedDeviation(deviation: number, autocorrelation: number): number {
  const rho = Math.min(0.95, Math.max(0, autocorrelation));
  return deviation * Math.sqrt((1 + rho) / (1 - rho));
}
