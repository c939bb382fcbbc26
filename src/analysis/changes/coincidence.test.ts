import { expect, it } from "vitest";
import { coincidenceEffect } from "./coincidence.ts";

it("says about 55 to 1 for a change six minutes before at one a day, and little where changes are frequent", () => {
  expect(10 ** coincidenceEffect(360, 0, 0)).toBeCloseTo(55, -1);
  expect(coincidenceEffect(360, 30, 0)).toBeLessThan(0.5);
});

it("says less the longer ago", () => {
  const effects = [60, 600, 3600, 36_000].map((lag) => coincidenceEffect(lag, 0, 1800));
  expect([...effects].sort((left, right) => right - left)).toEqual(effects);
});
