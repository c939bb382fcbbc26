/** A count that grew by `amount` between two instants. */
type Increment = { from: number; to: number; amount: number };

export type StoredPoint = { at: number; startAt: number | null; value: number | null };

/** A longer silence than this between two points says nothing about when the growth happened. */
const LONGEST_INTERVAL_MILLISECONDS = 5 * 60_000;

/**
 * What a counter grew by between its points, in order of time. A cumulative counter that falls, or that says it began
 * anew, was reset: what it shows since then is the growth. A point without value ends the series: nothing is carried over
 * the gap. The first point of a cumulative series grows by what it shows only when it began after the one that is missing.
 */
export function incrementsOf(points: readonly StoredPoint[], temporality: string): Increment[] {
  const increments: Increment[] = [];
  let before: StoredPoint | null = null;
  for (const point of points) {
    if (point.value === null || Number.isNaN(point.value)) {
      before = null;
      continue;
    }
    const increment: Increment | null = temporality === "delta" ? deltaOf(point, before) : growthOf(point, before);
    if (increment && increment.to > increment.from) increments.push(increment);
    before = point;
  }
  return increments;
}

function deltaOf(point: StoredPoint, before: StoredPoint | null): Increment | null {
  const from = point.startAt ?? before?.at ?? null;
  return from === null ? null : { from, to: point.at, amount: point.value as number };
}

function growthOf(point: StoredPoint, before: StoredPoint | null): Increment | null {
  const value = point.value as number;
  if (before === null) return null;
  if (point.at - before.at > LONGEST_INTERVAL_MILLISECONDS) return null;
  const wasReset = isReset(point, before);
  if (!wasReset) return { from: before.at, to: point.at, amount: value - (before.value as number) };
  return { from: Math.max(before.at, point.startAt ?? before.at), to: point.at, amount: value };
}

function isReset(point: { startAt: number | null; value: number | null; at: number }, before: StoredPoint): boolean {
  const beganAnew =
    point.startAt !== null &&
    before.startAt !== null &&
    point.startAt > before.startAt &&
    point.startAt >= before.at - 1;
  return beganAnew || (point.value as number) < (before.value as number);
}

/** Spreads increments over the cells of a grid: per cell the amount and the milliseconds of it that were covered. */
export function spreadOver(
  increments: readonly Increment[],
  grid: { startAt: number; stepMilliseconds: number; length: number },
): { amount: number; covered: number }[] {
  const cells = Array.from({ length: grid.length }, () => ({ amount: 0, covered: 0 }));
  for (const { from, to, amount } of increments) {
    forEachCell(from, to, grid, (cell, overlap) => {
      const target = cells[cell] as { amount: number; covered: number };
      target.amount += (amount * overlap) / (to - from);
      target.covered += overlap;
    });
  }
  return cells;
}

export function forEachCell(
  from: number,
  to: number,
  grid: { startAt: number; stepMilliseconds: number; length: number },
  visit: (cell: number, overlapMilliseconds: number) => void,
): void {
  const first = Math.max(0, Math.floor((from - grid.startAt) / grid.stepMilliseconds));
  const last = Math.min(grid.length - 1, Math.floor((to - 1 - grid.startAt) / grid.stepMilliseconds));
  for (let cell = first; cell <= last; cell++) {
    const start = grid.startAt + cell * grid.stepMilliseconds;
    const overlap = Math.min(to, start + grid.stepMilliseconds) - Math.max(from, start);
    if (overlap > 0) visit(cell, overlap);
  }
}
