import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { signedPoissonDeviance } from "./poisson-deviance.ts";
import { mannKendall, theilSen } from "./trend.ts";
import { wilsonInterval } from "./wilson-interval.ts";

const line = (count: number, slope: number) =>
  Array.from({ length: count }, (_, index) => ({ at: index * 10_000, value: 100 + slope * index * 10 }));

describe("trends", () => {
  it("have the slope of the line, in units a second, whatever a few wild points say", () => {
    const points = line(40, 2).map((point, index) => (index % 7 === 0 ? { ...point, value: 1e6 } : point));
    expect(theilSen(points)?.perSecond).toBeCloseTo(2, 0);
    expect(theilSen(line(40, 2))?.end).toBeCloseTo(880);
  });

  it("are significant where they rise, not where they wander", () => {
    expect(mannKendall(line(40, 2))?.z).toBeGreaterThan(2);
    const wandering = line(40, 0).map((point, index) => ({ ...point, value: point.value + Math.sin(index / 5) * 10 }));
    expect(Math.abs(mannKendall(wandering)?.z ?? 0)).toBeLessThan(2);
  });

  it("need points", () => {
    expect(theilSen([{ at: 0, value: 1 }])).toBeNull();
    expect(mannKendall(line(3, 1))).toBeNull();
  });

  it("do not depend on the order of the points", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 5, maxLength: 40 }), (values) => {
        const points = values.map((value, index) => ({ at: index * 1000, value }));
        expect(mannKendall([...points].reverse())).toEqual(mannKendall(points));
      }),
    );
  });
});

describe("counts and shares", () => {
  it("read like a z", () => {
    expect(signedPoissonDeviance(100, 100)).toBe(0);
    expect(signedPoissonDeviance(130, 100)).toBeCloseTo(2.87, 1);
    expect(signedPoissonDeviance(0, 20)).toBeCloseTo(-6.32, 1);
    expect(signedPoissonDeviance(1, 0)).toBeLessThan(1);
  });

  it("are wide when little was counted", () => {
    expect(wilsonInterval(0, 0)).toEqual({ low: 0, high: 1 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 }), fc.integer({ min: 2, max: 50 }), (successes, times) => {
        const few = wilsonInterval(successes, 10);
        const many = wilsonInterval(successes * times, 10 * times);
        expect(many.high - many.low).toBeLessThanOrEqual(few.high - few.low + 1e-9);
      }),
    );
  });
});
