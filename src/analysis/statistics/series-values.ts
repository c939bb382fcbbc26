import { instantOf, type Series } from "../../core/series.ts";
import type { Instant, Window } from "../../core/window.ts";

/** The start of a cell and what was measured in it. */
export type Point = { at: Instant; value: number };

/** The cells that lie wholly or mostly inside the window; cells without a sample are left out, never read as zero. */
export function pointsWithin(series: Series, window: Window): Point[] {
  const points: Point[] = [];
  for (let index = 0; index < series.values.length; index++) {
    const value = series.values[index];
    if (value === null || value === undefined || !Number.isFinite(value)) continue;
    const at = instantOf(series, index);
    const middle = at + series.stepSeconds * 500;
    if (middle >= window.from && middle < window.to) points.push({ at, value });
  }
  return points;
}

export function valuesWithin(series: Series, window: Window): number[] {
  return pointsWithin(series, window).map((point) => point.value);
}

function pointsOf(series: Series): Point[] {
  return pointsWithin(series, { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY });
}

/** The last sample of a series; undefined when it has none. */
function latestPoint(series: Series | undefined): Point | undefined {
  return series && pointsOf(series).at(-1);
}

/** The last sample of the first of these series that has one: for needs that keep no dimension. */
export function latest(items: readonly Series[]): number | undefined {
  for (const series of items) {
    const point = latestPoint(series);
    if (point) return point.value;
  }
  return undefined;
}

/** When the last sample was taken, at the latest: the end of its cell. */
export function lastSeenAt(series: Series): Instant | null {
  const point = latestPoint(series);
  return point ? point.at + series.stepSeconds * 1000 : null;
}

/**
 * Cell by cell over series on the same grid. A cell in which any operand has no sample has no value: a sum of parts
 * of which one is missing is no sum. Null when the grids differ or there is no series.
 */
export function combineSeries(items: readonly Series[], how: (values: number[]) => number | null): Series | null {
  const [first] = items;
  if (!first) return null;
  const sameGrid = items.every(
    (series) =>
      series.startAt === first.startAt &&
      series.stepSeconds === first.stepSeconds &&
      series.values.length === first.values.length,
  );
  if (!sameGrid) return null;
  const values = first.values.map((_, index) => {
    const operands = items.map((series) => series.values[index] ?? null);
    return operands.every((value): value is number => value !== null) ? how(operands) : null;
  });
  return { ...first, dimensions: {}, values };
}

/** As `combineSeries`, over whichever operands have a sample in a cell; a cell where none has one stays empty. */
export function combinePresent(items: readonly Series[], how: (values: number[]) => number): Series | null {
  const [first] = items;
  if (!first) return null;
  const values = first.values.map((_, index) => {
    const at = instantOf(first, index);
    const operands = items.map((series) => valueAt(series, at)).filter((value): value is number => value !== null);
    return operands.length > 0 ? how(operands) : null;
  });
  return { ...first, dimensions: {}, values };
}

/** `used / limit` cell by cell; where the limit is sampled more rarely, its last value before counts. */
export function ratioSeries(used: Series, limit: Series): Series {
  let allowed: number | null = null;
  const values = used.values.map((value, index) => {
    allowed = valueAt(limit, instantOf(used, index)) ?? allowed;
    return value === null || allowed === null || allowed === 0 ? null : value / allowed;
  });
  return { ...used, values };
}

export function valueAt(series: Series, at: Instant): number | null {
  const index = Math.floor((at - series.startAt) / (series.stepSeconds * 1000));
  return series.values[index] ?? null;
}

/** Means over groups of `factor` neighbouring cells: sparse events show only over several of them. */
export function coarser(series: Series, factor: number): Series {
  const values: (number | null)[] = [];
  for (let start = 0; start < series.values.length; start += factor) {
    const group = series.values.slice(start, start + factor).filter((value) => value !== null && value !== undefined);
    values.push(group.length === 0 ? null : group.reduce((sum, value) => sum + value, 0) / group.length);
  }
  return { ...series, stepSeconds: series.stepSeconds * factor, values };
}
