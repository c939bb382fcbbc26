import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { IncomingItem } from "./item.ts";
import { figuresIn } from "./told.ts";

type NumberTold = IncomingItem["numbers"][number];
const number = (role: NumberTold["role"], value: number, changes: Partial<NumberTold> = {}): NumberTold => ({
  concept: "request.error_ratio",
  text: String(value),
  value,
  unit: "1",
  role,
  ...changes,
});
const figures = (...numbers: NumberTold[]) => figuresIn({ numbers, status: "firing" });

describe("figures of what was told", () => {
  it("an observed number with its bound", () => {
    expect(figures(number("observed", 0.05), number("threshold", 0.01))).toMatchObject([
      { value: 0.05, bound: { value: 0.01, role: "threshold" }, isBeyond: true },
    ]);
    expect(figures(number("observed", 0.005), number("objective", 0.01))).toMatchObject([{ isBeyond: false }]);
    expect(figures(number("observed", 0.05))).toMatchObject([{ bound: null, isBeyond: null }]);
  });

  it("what fires and only names its threshold is beyond it; what is over says nothing", () => {
    const crossed = number("threshold", 0.01, { side: "above" });
    expect(figures(crossed)).toMatchObject([{ value: null, isBeyond: true }]);
    expect(figures(number("threshold", 0.01, { side: "below" }))).toEqual([]);
    expect(figures(number("threshold", 0.01))).toEqual([]);
    expect(figuresIn({ numbers: [crossed], status: "resolved" })).toEqual([]);
    expect(figures(number("objective", 0.01))).toEqual([]);
  });

  it("less is worse where less hurts, and a rate hurts neither way by itself", () => {
    const hits = { concept: "cache.hit_ratio" } as const;
    expect(figures(number("observed", 0.4, hits), number("threshold", 0.8, hits))).toMatchObject([{ isBeyond: true }]);
    const rate = { concept: "request.rate", unit: "{request}/s" } as const;
    expect(figures(number("observed", 40, rate), number("threshold", 8, rate))).toMatchObject([{ isBeyond: null }]);
  });

  it("a share and a size bound nothing of each other", () => {
    const memory = { concept: "memory.working_set" } as const;
    const told = figures(number("observed", 0.9, memory), number("threshold", 16e9, { ...memory, unit: "By" }));
    expect(told).toMatchObject([{ value: 0.9, bound: null, isBeyond: null }]);
  });

  it("more is never less beyond its bound", () => {
    const ratio = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(ratio, ratio, ratio, (one, other, bound) => {
        const isBeyond = (value: number) =>
          figures(number("observed", value), number("threshold", bound))[0]?.isBeyond === true;
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        if (isBeyond(low)) expect(isBeyond(high)).toBe(true);
      }),
    );
  });
});
