import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Series } from "../../core/series.ts";
import { shiftOf, shiftOfValues } from "./shift.ts";

const noise = fc.array(fc.double({ min: 9, max: 11, noNaN: true }), { minLength: 20, maxLength: 40 });

describe("shift", () => {
  it("is the distance of the mean from the usual median on the tail-aware scale", () => {
    const shift = shiftOfValues([9, 10, 11, 10, 9, 11, 10, 10], Array(20).fill(15));
    expect(shift?.difference).toBe(5);
    expect(shift?.ratio).toBe(1.5);
    expect(shift?.z).toBeGreaterThan(3);
  });

  it("is unknown without a sample on either side", () => {
    expect(shiftOfValues([], [1])).toBeNull();
    expect(shiftOfValues([1], [])).toBeNull();
  });

  it("does not make a blip infinite where the least meaningful difference is said", () => {
    expect(shiftOfValues(Array(20).fill(0), [0.001, 0], 0.01)?.z).toBeLessThan(0.1);
  });

  it("shouts less on fewer samples of the same level: less data never adds certainty", () => {
    fc.assert(
      fc.property(noise, fc.integer({ min: 1, max: 15 }), (before, fewer) => {
        const many = shiftOfValues(before, Array(20).fill(20));
        const few = shiftOfValues(before, Array(fewer).fill(20));
        expect(Math.abs(few?.z ?? 0)).toBeLessThanOrEqual(Math.abs(many?.z ?? 0));
      }),
    );
  });

  it("does not depend on when it happened", () => {
    fc.assert(
      fc.property(noise, fc.integer({ min: 0, max: 1e9 }), (values, offset) => {
        const at = (startAt: number): Series => ({ entityId: "a", dimensions: {}, startAt, stepSeconds: 10, values });
        const windows = (start: number) => ({
          baseline: { from: start, to: start + 100_000 },
          window: { from: start + 100_000, to: start + 400_000 },
        });
        expect(shiftOf(at(offset), windows(offset))).toEqual(shiftOf(at(0), windows(0)));
      }),
    );
  });
});
