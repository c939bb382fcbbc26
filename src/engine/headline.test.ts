import { expect, test } from "vitest";
import type { Shift } from "../analysis/statistics/shift.ts";
import type { ConceptId } from "../core/concept.ts";
import type { Scope } from "../core/scope.ts";
import { impactOf } from "./headline.ts";
import type { MeasuredSignal } from "./measure-symptoms.ts";

const scope: Scope = {
  now: 0,
  symptoms: [{ entityId: "shop", concept: "request.latency", direction: "up", reportedAt: 0, sentence: "slow" }],
  window: { from: 0, to: 0 },
  baseline: { from: 0, to: 0 },
  onset: null,
  entities: [],
  edges: [],
  distance: {},
};

function calm(concept: ConceptId, now: number, median: number): MeasuredSignal {
  const usual = { median, mean: median, scale: 1, samples: 100 };
  const shift: Shift = { now, usual, difference: now - median, ratio: now / median, z: 0, samples: 10 };
  const rest = { harm: 0, isTrouble: false, isStill: false, onset: null, observationIds: [], operations: null };
  return { entityId: "shop", concept, shift, ...rest };
}

const said = (latencySeconds: number) =>
  impactOf(
    scope,
    {
      signals: [calm("request.error_ratio", 0, 0), calm("request.latency", latencySeconds, 0.2)],
      onset: null,
      isTrouble: "no",
      isOver: false,
    },
    { gaps: [] },
  ).sentence;

test("what is near the middle of what is usual is said to be as usual", () =>
  expect(said(0.22)).toBe("0 % of its requests fail and they take 220 ms, both as usual."));

test("what is far from it, and was seen before, is never called usual beside a number that is not", () =>
  expect(said(1.2)).toBe(
    "0 % of its requests fail and they take 1.2 s, where 200 ms is usual and as much was seen before.",
  ));
