/** A count against what was to be expected. */
export type Spike = {
  count: number;
  /** Expected from the baseline, scaled to the length of the window and to the load. */
  expected: number;
  /** The normal deviate that is as rare as this count under a negative binomial with this mean and dispersion. */
  z: number;
  /** log2((k + .5)/(E + .5)); 1 is a doubling. */
  effectBits: number;
};

/** Over-dispersion where the baseline is too short to tell: METHODS 4. */
const defaultDispersion = 5;
/** Fewer cells give no variance to speak of. */
const fewestCells = 8;

/**
 * How unusual `counts` of the window are against the baseline's counts a cell (same cell length). `loadRatio`: requests
 * now over requests usually, so that twice the traffic may log twice as much. Null without a baseline.
 */
export function spikeOf(baseline: readonly number[], window: readonly number[], loadRatio = 1): Spike | null {
  if (baseline.length === 0 || window.length === 0) return null;
  const count = window.reduce((sum, each) => sum + each, 0);
  const mean = baseline.reduce((sum, each) => sum + each, 0) / baseline.length;
  const expected = mean * window.length * Math.max(loadRatio, 0);
  // A baseline of n cells in which nothing was said still allows half a line: the posterior mean under Jeffreys' prior.
  const floor = 0.5 * (window.length / baseline.length);
  const allowed = Math.max(expected, floor);
  const dispersion = dispersionOf(baseline);
  const z = deviateOf(count, allowed, dispersion * window.length);
  return { count, expected, z, effectBits: Math.log2((count + 0.5) / (expected + 0.5)) };
}

/** r of the negative binomial by moments, a cell: mean²/(variance − mean). Large where counts are Poisson. */
function dispersionOf(counts: readonly number[]): number {
  if (counts.length < fewestCells) return defaultDispersion;
  const mean = counts.reduce((sum, each) => sum + each, 0) / counts.length;
  const variance = counts.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (counts.length - 1);
  if (mean === 0) return defaultDispersion;
  if (variance <= mean) return 100;
  return Math.min(100, Math.max(0.1, mean ** 2 / (variance - mean)));
}

/** Beyond this the exact tail is lost in rounding, and nobody needs it. */
const smallestTail = 1e-10;
const mostSummed = 5000;

/** Small counts are skewed: a normal z calls three lines where half a line was usual far rarer than they are. */
function deviateOf(count: number, mean: number, size: number): number {
  const normal = (count - mean) / Math.sqrt(mean + mean ** 2 / size);
  if (count <= mean || count > mostSummed) return normal;
  const share = mean / (size + mean);
  let mass = Math.exp(size * Math.log1p(-share));
  let below = 0;
  for (let k = 0; k < count; k++) {
    below += mass;
    mass *= ((k + size) / (k + 1)) * share;
  }
  const tail = 1 - below;
  return tail <= smallestTail ? Math.max(normalQuantile(1 - smallestTail), normal) : normalQuantile(1 - tail);
}

/** Inverse of the standard normal distribution, by bisection of `upperTail`: enough digits, and nothing to misremember. */
function normalQuantile(probability: number): number {
  let low = -8;
  let high = 8;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (upperTail(middle) > 1 - probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * Benjamini–Hochberg over many templates at once: which of these z may be called unusual at false discovery rate
 * `rate`. One-sided. In the order given.
 */
export function discoveries(zs: readonly number[], rate: number): boolean[] {
  const tails = zs.map((z, index) => ({ index, tail: upperTail(z) })).sort((left, right) => left.tail - right.tail);
  let last = -1;
  tails.forEach(({ tail }, rank) => {
    if (tail <= (rate * (rank + 1)) / tails.length) last = rank;
  });
  const kept = zs.map(() => false);
  for (let rank = 0; rank <= last; rank++) kept[(tails[rank] as { index: number }).index] = true;
  return kept;
}

/** P(Z > z) of a standard normal; Abramowitz and Stegun 26.2.17, error below 7.5e-8. */
export function upperTail(z: number): number {
  if (z < 0) return 1 - upperTail(-z);
  const t = 1 / (1 + 0.2316419 * z);
  const polynomial = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * polynomial;
}
