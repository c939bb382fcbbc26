import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Series } from "../../core/series.ts";
import { onsetOf } from "./onset.ts";

const step = 10;
const seriesOf = (values: (number | null)[], startAt = 0): Series => ({
  entityId: "a",
  dimensions: {},
  startAt,
  stepSeconds: step,
  values,
});
/** Deterministic, roughly normal noise. */
const noise = (seed: number) => {
  let state = seed >>> 0 || 1;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return () => next() + next() + next() + next() - 2;
};
const noisy = (seed: number, count: number, level: (index: number) => number) => {
  const next = noise(seed);
  return Array.from({ length: count }, (_, index) => level(index) + next());
};

describe("onset", () => {
  it("finds a step and says between when and when it was", () => {
    const onset = onsetOf(seriesOf(noisy(7, 60, (index) => (index < 40 ? 10 : 30))));
    expect(onset?.shape).toBe("step");
    expect(onset?.earliest).toBeGreaterThanOrEqual(370_000);
    expect(onset?.earliest).toBeLessThanOrEqual(400_000);
    expect(onset?.latest).toBeGreaterThanOrEqual(400_000);
    expect(onset?.latest).toBeLessThanOrEqual(430_000);
  });

  it("finds where a ramp begins", () => {
    const onset = onsetOf(seriesOf(noisy(3, 90, (index) => (index < 45 ? 10 : 10 + (index - 45) * 1.5))));
    expect(onset?.shape).toBe("ramp");
    expect(onset?.earliest).toBeLessThanOrEqual(470_000);
    expect(onset?.latest).toBeGreaterThanOrEqual(440_000);
  });

  it("finds a step that only just happened", () => {
    const onset = onsetOf(seriesOf(noisy(5, 180, (index) => (index < 175 ? 10 : 30))));
    expect(onset?.latest).toBeGreaterThanOrEqual(1_750_000);
    expect(onset?.earliest).toBeGreaterThan(1_700_000);
  });

  it("sees rare events that began", () => {
    const values = Array.from({ length: 120 }, (_, index) => (index >= 60 && index % 4 === 0 ? 1 : 0));
    const onset = onsetOf(seriesOf(values), { direction: "up" });
    expect(onset).not.toBeNull();
    expect(onset?.earliest).toBeLessThanOrEqual(600_000);
    expect(onset?.latest).toBeGreaterThanOrEqual(600_000);
  });

  it("has none in a constant, in too few samples, and in the wrong direction", () => {
    expect(onsetOf(seriesOf(Array(50).fill(4)))).toBeNull();
    expect(onsetOf(seriesOf([1, 1, 9]))).toBeNull();
    expect(onsetOf(seriesOf(noisy(1, 60, (index) => (index < 30 ? 10 : 30))), { direction: "down" })).toBeNull();
  });

  it("includes the gap in which nobody looked", () => {
    const values: (number | null)[] = noisy(2, 60, (index) => (index < 40 ? 10 : 30));
    for (let index = 35; index < 45; index++) values[index] = null;
    const onset = onsetOf(seriesOf(values));
    expect(onset?.earliest).toBeLessThanOrEqual(340_000);
    expect(onset?.latest).toBeGreaterThanOrEqual(450_000);
  });

  it("rarely finds one in noise", () => {
    const found = Array.from({ length: 200 }, (_, seed) => onsetOf(seriesOf(noisy(seed + 1, 120, () => 10))));
    expect(found.filter((onset) => onset !== null).length).toBeLessThanOrEqual(10);
  });

  it("covers the true step nearly always", () => {
    const hits = Array.from({ length: 200 }, (_, seed) => {
      const onset = onsetOf(seriesOf(noisy(seed + 1, 90, (index) => (index < 60 ? 10 : 12))));
      return onset !== null && onset.earliest <= 600_000 && onset.latest >= 600_000;
    });
    expect(hits.filter(Boolean).length).toBeGreaterThanOrEqual(180);
  });

  it("moves with the data", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999 }), fc.integer({ min: -1e6, max: 1e6 }), (seed, shift) => {
        const values = noisy(seed, 60, (index) => (index < 35 ? 5 : 15));
        const here = onsetOf(seriesOf(values));
        const there = onsetOf(seriesOf(values, shift * 1000));
        expect(there?.earliest).toBe((here?.earliest ?? 0) + shift * 1000);
        expect(there?.latest).toBe((here?.latest ?? 0) + shift * 1000);
      }),
    );
  });

  it("does not get narrower when every other sample is lost", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999 }), (seed) => {
        const values = noisy(seed, 80, (index) => (index < 48 ? 5 : 25));
        const all = onsetOf(seriesOf(values));
        const half = onsetOf(seriesOf(values.map((value, index) => (index % 2 === 0 ? value : null))));
        if (all && half)
          expect(half.latest - half.earliest).toBeGreaterThanOrEqual(all.latest - all.earliest - step * 1000);
      }),
    );
  });
});
