import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { median, quantile, standardDeviation, tailAwareScale } from "./summary.ts";

const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 50 });

describe("summaries", () => {
  it("say nothing about nothing", () => {
    expect([median([]), quantile([], 0.9), tailAwareScale([]), standardDeviation([])]).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });

  it("interpolate between order statistics", () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(quantile([0, 10], 0.95)).toBeCloseTo(9.5);
  });

  it("keep one per cent of the level as scale where a signal is pinned", () => {
    expect(tailAwareScale([100, 100, 100, 100])).toBe(1);
    expect(tailAwareScale([0, 0, 0])).toBe(0);
  });

  it("see a tail that MAD and IQR do not see", () => {
    expect(tailAwareScale([...Array(19).fill(0), 20])).toBeGreaterThan(4);
  });

  it("do not depend on the order of the input", () => {
    fc.assert(
      fc.property(values, (list) => {
        const reversed = [...list].reverse();
        expect(tailAwareScale(reversed)).toBe(tailAwareScale(list));
        expect(median(reversed)).toBe(median(list));
      }),
    );
  });
});
