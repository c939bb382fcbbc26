import { describe, expect, it } from "vitest";
import { silenceOf } from "./absence.ts";
import { noveltyBits } from "./novelty.ts";
import { discoveries, spikeOf, upperTail } from "./spike.ts";

const cells = (length: number, value: number | ((index: number) => number)) =>
  Array.from({ length }, (_, index) => (typeof value === "number" ? value : value(index)));

describe("how unusual lines are", () => {
  it("sees ten times the lines", () => {
    const spike = spikeOf(
      cells(30, (index) => (index % 3) + 1),
      cells(5, 20),
    );
    expect(spike?.z).toBeGreaterThan(4);
    expect(spike?.effectBits).toBeGreaterThan(3);
  });

  it("is calm about bursts where bursts are usual", () => {
    const bursty = cells(30, (index) => (index % 5 === 0 ? 40 : 0));
    expect(spikeOf(bursty, [40, 0, 0, 0, 0])?.z).toBeLessThan(1);
  });

  it("grants more lines to more requests", () => {
    const before = cells(30, 10);
    expect(spikeOf(before, cells(5, 30), 3)?.z).toBeCloseTo(0, 1);
  });

  it("says nothing without a baseline", () => {
    expect(spikeOf([], [1])).toBeNull();
    expect(noveltyBits({ seenOnce: 0, lines: 10 })).toBeNull();
  });

  it("is the more surprised by a new template the fewer came up lately", () => {
    const steady = noveltyBits({ seenOnce: 0, lines: 10_000 }) ?? 0;
    const chatty = noveltyBits({ seenOnce: 2000, lines: 10_000 }) ?? 0;
    expect(steady).toBeGreaterThan(10);
    expect(chatty).toBeLessThan(3);
  });

  it("misses a heartbeat", () => {
    expect(silenceOf(cells(60, 1), cells(10, 0))).toMatchObject({ expected: 10 });
    expect(silenceOf(cells(60, 1), [...cells(9, 0), 1])).toBeNull();
    expect(
      silenceOf(
        cells(60, (index) => (index === 3 ? 100 : 0)),
        cells(10, 0),
      ),
    ).toBeNull();
    expect(silenceOf(cells(60, 0.1), cells(10, 0))).toBeNull();
  });

  it("allows few false discoveries among many templates", () => {
    const noise = cells(1000, (index) => ((index * 7919) % 1000) / 500 - 1);
    expect(discoveries(noise, 0.01).filter(Boolean)).toHaveLength(0);
    expect(discoveries([...noise, 9], 0.01).filter(Boolean)).toHaveLength(1);
    expect(upperTail(1.96)).toBeCloseTo(0.025, 4);
  });
});
