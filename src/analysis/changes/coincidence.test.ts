import { expect, it } from "vitest";
import { coincidenceEffect } from "./coincidence.ts";

const after = (seconds: number) => ({ least: seconds, largest: seconds });

it("says about 55 to 1 for a change six minutes before at one a day, and little where changes are frequent", () => {
  expect(10 ** coincidenceEffect(after(360), 0, 0)).toBeCloseTo(55, -1);
  expect(coincidenceEffect(after(360), 30, 0)).toBeLessThan(0.5);
});

it("says less the longer ago", () => {
  const effects = [60, 600, 3600, 36_000].map((lag) => coincidenceEffect(after(lag), 0, 1800));
  expect([...effects].sort((left, right) => right - left)).toEqual(effects);
});

it("does not take the first instant of an onset that is known to ten seconds for the lag", () =>
  expect(coincidenceEffect({ least: 0, largest: 10 }, 0, 0)).toBeGreaterThan(coincidenceEffect(after(1), 0, 0) + 0.5));
