import { expect, it } from "vitest";
import { lastValue, seriesPoints, valueAt } from "./series-value.ts";

const series = { startAt: "2026-11-21T02:00:00Z", stepSeconds: 10, values: [1, null, 3, null] };
const start = Date.parse(series.startAt);

it("reads the step that holds an instant, and nothing outside", () => {
  expect(valueAt(series, start)).toBe(1);
  expect(valueAt(series, start + 29_999)).toBe(3);
  expect(valueAt(series, start + 15_000)).toBeNull();
  expect(valueAt(series, start - 1)).toBeNull();
  expect(valueAt(series, start + 90_000)).toBeNull();
});

it("keeps gaps as gaps, and finds the newest sample before them", () => {
  expect(seriesPoints(series).map((point) => point?.[1] ?? null)).toEqual([1, null, 3, null]);
  expect(lastValue(series)).toEqual({ at: start + 25_000, value: 3 });
  expect(lastValue({ ...series, values: [null] })).toBeNull();
});
