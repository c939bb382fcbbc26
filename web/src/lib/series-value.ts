import type { ChartSeries } from "../../../src/server/incident-views.ts";

type Grid = Pick<ChartSeries, "startAt" | "stepSeconds" | "values">;

/** Instant (ms, the middle of its step) and value of each sample; null where there is none. */
export function seriesPoints(series: Grid): ([at: number, value: number] | null)[] {
  const start = Date.parse(series.startAt);
  return series.values.map((value, index) =>
    value === null ? null : [start + (index + 0.5) * series.stepSeconds * 1000, value],
  );
}

/** The value of the step that holds the instant; null outside or where there is no sample. */
export function valueAt(series: Grid, at: number): number | null {
  const index = Math.floor((at - Date.parse(series.startAt)) / (series.stepSeconds * 1000));
  return series.values[index] ?? null;
}

/** The newest sample; null when there is none at all. */
export function lastValue(series: Grid): { at: number; value: number } | null {
  const index = series.values.findLastIndex((value) => value !== null);
  if (index < 0) return null;
  return { at: Date.parse(series.startAt) + (index + 0.5) * series.stepSeconds * 1000, value: series.values[index]! };
}
