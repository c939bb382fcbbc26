import { describe, expect, it } from "vitest";
import type { Observation, ObservationStatus } from "../core/observation.ts";
import { evaluatePredicate } from "./evaluate-predicate.ts";
import { predicate } from "./predicate.ts";

const window = { from: 0, to: 100_000 };

function cpu(values: (number | null)[], status: ObservationStatus = "data"): Observation {
  return {
    id: "o1",
    request: {
      kind: "series",
      concept: "cpu.usage",
      entities: ["a"],
      statistic: "mean",
      keep: [],
      stepSeconds: 10,
      window,
    },
    source: "test",
    status,
    body: {
      kind: "series",
      series: [{ entityId: "a", dimensions: {}, startAt: 0, stepSeconds: 10, values }],
      gaps: [],
    },
    note: null,
    observedAt: 0,
    durationSeconds: 0,
    query: null,
    link: null,
    isTainted: false,
    accessLabel: "",
  };
}

describe("evaluatePredicate", () => {
  const atLeast = (threshold: number) => predicate.value("a", "cpu.usage", "mean", ">=", threshold, window);

  it("is true within 2 % of the displayed figure and false beyond", () => {
    const observations = [cpu([1, 1, 1, 1])];
    expect(evaluatePredicate(atLeast(1.01), observations)).toBe("true");
    expect(evaluatePredicate(atLeast(1.05), observations)).toBe("false");
  });

  it("is not observable where nobody could look, or nothing was measured", () => {
    expect(evaluatePredicate(atLeast(1), [])).toBe("not-observable");
    expect(evaluatePredicate(atLeast(1), [cpu([2], "denied")])).toBe("not-observable");
    expect(evaluatePredicate(atLeast(1), [cpu([null, null])])).toBe("not-observable");
  });

  it("compares a window with its baseline in the direction that was said", () => {
    const change = { baseline: { from: 0, to: 50_000 }, window: { from: 50_000, to: 100_000 }, minimumChange: 4 };
    const observations = [cpu([1, 1, 1, 1, 1, 5, 5, 5, 5, 5])];
    const up = predicate.changed("a", "cpu.usage", "mean", { ...change, direction: "up" });
    const down = predicate.changed("a", "cpu.usage", "mean", { ...change, direction: "down" });
    expect([up, down].map((each) => evaluatePredicate(each, observations))).toEqual(["true", "false"]);
  });

  it("tells an absence that was seen from one that was not", () => {
    const absent = predicate.absent("a", "samples", { from: 50_000, to: 100_000 });
    expect(evaluatePredicate(absent, [cpu([1, 1, 1, 1, 1])])).toBe("true");
    expect(evaluatePredicate(absent, [cpu([1, 1, 1, 1, 1, 1])])).toBe("false");
    expect(evaluatePredicate(absent, [cpu([], "failed")])).toBe("not-observable");
  });

  it("cannot order onsets that overlap", () => {
    const ordered = (first: [number, number], second: [number, number]) =>
      evaluatePredicate(
        {
          kind: "before",
          what: "cause before symptom",
          first: { earliest: first[0], latest: first[1] },
          second: { earliest: second[0], latest: second[1] },
        },
        [],
      );
    expect(ordered([0, 1], [2, 3])).toBe("true");
    expect(ordered([4, 5], [2, 3])).toBe("false");
    expect(ordered([0, 3], [2, 3])).toBe("not-observable");
  });

  it("holds a conjunction only when every part holds", () => {
    expect(evaluatePredicate(predicate.all(atLeast(1), atLeast(3)), [cpu([2])])).toBe("false");
    expect(evaluatePredicate({ kind: "all", of: [] }, [])).toBe("not-observable");
  });
});
