/** The share `successes / total` with its Wilson score interval (z = 1.96: 95 %). [0, 1] when nothing was counted. */
export function wilsonInterval(successes: number, total: number, z = 1.96): { low: number; high: number } {
  if (total <= 0) return { low: 0, high: 1 };
  const share = Math.min(1, Math.max(0, successes / total));
  const square = z * z;
  const centre = share + square / (2 * total);
  const half = z * Math.sqrt((share * (1 - share)) / total + square / (4 * total * total));
  const divisor = 1 + square / total;
  return { low: Math.max(0, (centre - half) / divisor), high: Math.min(1, (centre + half) / divisor) };
}
