/** Lines that were to be expected and did not come. `chance`: of such a silence if nothing had changed, 0 to 1. */
export type Silence = { expected: number; chance: number };

/** Below this many expected lines a silence is no news: METHODS 4. */
const fewestExpected = 5;
/** Cells in the baseline that had the line, so that one burst long ago makes no heartbeat. */
const leastRegular = 0.5;

/**
 * A template that came regularly (heartbeat, "job done") and is silent in the whole window. Null when it spoke, when it
 * never was regular, or when the window is too short to expect it.
 */
export function silenceOf(baseline: readonly number[], window: readonly number[]): Silence | null {
  if (baseline.length === 0 || window.length === 0 || window.some((count) => count > 0)) return null;
  const total = baseline.reduce((sum, count) => sum + count, 0);
  const expected = (total / baseline.length) * window.length;
  if (expected < fewestExpected) return null;
  // Regularity over stretches as long as the window, since a line a minute leaves most cells of ten seconds empty.
  const stretches: number[] = [];
  for (let start = 0; start + window.length <= baseline.length; start += window.length)
    stretches.push(baseline.slice(start, start + window.length).reduce((sum, count) => sum + count, 0));
  if (stretches.length === 0) return null;
  const spoken = stretches.filter((count) => count > 0).length / stretches.length;
  if (spoken < Math.max(leastRegular, 1 - 1 / stretches.length)) return null;
  return { expected, chance: Math.exp(-expected) };
}
