import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Series } from "../../core/series.ts";
import { anytimeHalfWidth } from "./anytime-interval.ts";
import { judgeFix, type MeasuredSignal } from "./judge-fix.ts";

const t0 = Date.UTC(2026, 10, 21, 3);
const step = 5;
/** Usual for 10 min, trouble for 5 min, then what comes after the fix; one sample every 5 s, with a steady wobble. */
function series(usual: number, trouble: number, after: number | null, seconds = 60, wobble = 0.05): Series {
  const noise = (index: number) => 1 + wobble * Math.sin(index * 2.4);
  const values = [
    ...Array.from({ length: 120 }, (_, index) => usual * noise(index)),
    ...Array.from({ length: 60 }, (_, index) => trouble * noise(index)),
    ...Array.from({ length: seconds / step }, (_, index) => (after === null ? null : after * noise(index))),
  ];
  return { entityId: "e", dimensions: {}, startAt: t0, stepSeconds: step, values };
}
const appliedAt = t0 + 15 * 60_000;
const primary = (over: Partial<MeasuredSignal["signal"]> = {}): MeasuredSignal["signal"] => ({
  entityId: "e",
  concept: "request.error_ratio",
  statistic: "mean",
  direction: "down",
  minimumEffect: 0.01,
  role: "primary",
  ...over,
});

function judged(measured: MeasuredSignal[], seconds = 60) {
  const before = { from: t0 + 10 * 60_000, to: appliedAt };
  return judgeFix({
    planId: "p",
    measured,
    plan: { signals: [], before, horizonSeconds: 600, holdSeconds: 900 },
    usual: { from: t0, to: t0 + 10 * 60_000 },
    appliedAt,
    now: appliedAt + seconds * 1000,
    stepSeconds: 10,
    nameOf: () => "shop",
    observationIds: [],
  });
}
const one = (given: Series | undefined, controls: Series[] = [], over = {}): MeasuredSignal[] => [
  { signal: primary(over), series: given, controls },
];

describe("did it help", () => {
  it("recovered: back to usual, and the interval leaves out nought", () => {
    const result = judged(one(series(0.001, 0.1, 0.001)));
    expect(result).toMatchObject({
      result: "recovered",
      sentence: "Recovered so far: failed requests of shop 10 % before, 0.1 % now, usually 0.1 %.",
    });
    expect(result.details[0]?.interval?.[1]).toBeLessThan(0);
    expect(result.nextLookAt).not.toBeNull();
  });

  it("recovered for good after the hold", () => {
    expect(judged(one(series(0.001, 0.1, 0.001, 900)), 900)).toMatchObject({ result: "recovered", nextLookAt: null });
  });

  it("recovered with everyone: what the change does not touch recovered as well", () => {
    expect(judged(one(series(0.001, 0.1, 0.001), [series(0.001, 0.09, 0.001)]))).toMatchObject({
      result: "recovered-with-everyone",
    });
    expect(judged(one(series(0.001, 0.1, 0.001), [series(0.001, 0.001, 0.001)]))).toMatchObject({
      result: "recovered",
    });
  });

  it("recovered, unproven: it was well before the change", () => {
    expect(judged(one(series(0.001, 0.001, 0.001)))).toMatchObject({ result: "recovered-unproven" });
  });

  it("unchanged only when the horizon is over", () => {
    expect(judged(one(series(0.001, 0.1, 0.1)))).toMatchObject({ result: "too-early" });
    expect(judged(one(series(0.001, 0.1, 0.1, 600)), 600)).toMatchObject({ result: "unchanged", nextLookAt: null });
  });

  it("better but not well is neither recovered nor unchanged", () => {
    expect(judged(one(series(0.001, 0.1, 0.05, 600)), 600)).toMatchObject({ result: "recovered-unproven" });
  });

  it("unchanged where one thing that users feel became better and another did not", () => {
    const faster = one(series(0.1, 4, 2.5, 600), [], { concept: "request.latency", minimumEffect: 0.1 });
    const result = judged([...faster, ...one(series(0.001, 0.24, 0.25, 600))], 600);
    expect(result).toMatchObject({ result: "unchanged", sentence: expect.stringContaining("failed requests") });
    expect(result.isCauseGone).toBeUndefined();
  });

  it("tells when the cause is gone and it hurts as before", () => {
    const waiting = { signal: primary({ concept: "pool.pending", role: "cause" }), controls: [] };
    const stillFails = one(series(0.001, 0.24, 0.24, 600));
    expect(judged([...stillFails, { ...waiting, series: series(0.1, 20, 0.1, 600) }], 600)).toMatchObject({
      result: "unchanged",
      isCauseGone: true,
      sentence:
        "The cause is gone 10 min after the change, and it hurts as before: failed requests of shop 24 % before, 24.4 % now, usually 0.1 %.",
    });
    for (const after of [20, null]) {
      const stays = judged([...stillFails, { ...waiting, series: series(0.1, 20, after, 600) }], 600);
      expect(stays).toMatchObject({ result: "unchanged" });
      expect(stays.isCauseGone).toBeUndefined();
    }
  });

  it("well again does not wait for what the cause was seen by", () => {
    const full = {
      signal: primary({ concept: "pool.pending", role: "cause" }),
      series: series(0.1, 20, 20),
      controls: [],
    };
    expect(judged([...one(series(0.001, 0.1, 0.001)), full])).toMatchObject({ result: "recovered" });
  });

  it("worse at once, also by a guard", () => {
    expect(judged(one(series(0.001, 0.1, 0.4)))).toMatchObject({ result: "worse", nextLookAt: null });
    const guard = { signal: primary({ role: "guard" }), series: series(0.001, 0.001, 0.3), controls: [] };
    expect(judged([...one(series(0.001, 0.1, 0.1)), guard])).toMatchObject({ result: "worse" });
  });

  it("no data: nothing could be measured until the end", () => {
    expect(judged(one(undefined))).toMatchObject({ result: "too-early" });
    expect(judged(one(undefined, []), 600)).toMatchObject({ result: "no-data", nextLookAt: null });
    expect(judged(one(series(0.001, 0.1, null, 600)), 600)).toMatchObject({ result: "no-data" });
  });

  it("works for signals that should rise", () => {
    const over = { concept: "cache.hit_ratio", direction: "up" as const, minimumEffect: 0.1 };
    expect(judged(one(series(0.9, 0.2, 0.9), [], over))).toMatchObject({ result: "recovered" });
    expect(judged(one(series(0.9, 0.5, 0.1), [], over))).toMatchObject({ result: "worse" });
  });

  it("says nothing after fewer than three samples", () => {
    expect(judged(one(series(0.001, 0.1, 0.001, 15)), 15)).toMatchObject({ result: "too-early" });
  });

  it("does not depend on when it happens", () => {
    const shift = 7_200_000;
    const moved = (given: Series): Series => ({ ...given, startAt: given.startAt + shift });
    const times = {
      plan: {
        signals: [],
        before: { from: t0 + 600_000 + shift, to: appliedAt + shift },
        horizonSeconds: 600,
        holdSeconds: 900,
      },
      usual: { from: t0 + shift, to: t0 + 600_000 + shift },
    };
    const later = judgeFix({
      planId: "p",
      measured: one(moved(series(0.001, 0.1, 0.001))),
      ...times,
      appliedAt: appliedAt + shift,
      now: appliedAt + 60_000 + shift,
      stepSeconds: 10,
      nameOf: () => "shop",
      observationIds: [],
    });
    expect(later.details).toEqual(judged(one(series(0.001, 0.1, 0.001))).details);
  });
});

describe("the anytime-valid interval", () => {
  it("narrows with samples and is infinite without any", () => {
    expect(anytimeHalfWidth(0, 1, 1)).toBe(Number.POSITIVE_INFINITY);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.double({ min: 0.1, max: 10, noNaN: true }), (n, deviation) => {
        expect(anytimeHalfWidth(n + 1, deviation, deviation)).toBeLessThan(anytimeHalfWidth(n, deviation, deviation));
      }),
    );
  });

  it("errs in fewer than 5 of 100 series without an effect although it is looked at after every sample", () => {
    let seed = 7;
    const uniform = () => {
      seed = (seed * 1_664_525 + 1_013_904_223) % 4_294_967_296;
      return seed / 4_294_967_296;
    };
    const normal = () => Math.sqrt(-2 * Math.log(uniform() + 1e-12)) * Math.cos(2 * Math.PI * uniform());
    let wrong = 0;
    for (let trial = 0; trial < 400; trial++) {
      let sum = 0;
      for (let n = 1; n <= 300; n++) {
        sum += normal();
        if (Math.abs(sum / n) > anytimeHalfWidth(n, 1, 0.5)) {
          wrong++;
          break;
        }
      }
    }
    expect(wrong / 400).toBeLessThan(0.05);
  });
});
