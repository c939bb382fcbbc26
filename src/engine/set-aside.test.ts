import { describe, expect, test } from "vitest";
import type { Observation, ObservationBody } from "../core/observation.ts";
import type { Scope } from "../core/scope.ts";
import { withoutKnownTroubles } from "./set-aside.ts";

const second = 1000;
const scope = (troubles: Scope["troubles"]): Scope => ({
  now: 600 * second,
  symptoms: [],
  window: { from: 0, to: 600 * second },
  baseline: { from: 0, to: 500 * second },
  ...(troubles ? { troubles } : {}),
  onset: null,
  entities: [],
  edges: [],
  distance: {},
});
const grid = { startAt: 0, stepSeconds: 100 };
const observed = (body: ObservationBody) => ({ id: "o", body }) as Observation;
const series = observed({
  kind: "series",
  series: [{ entityId: "e", dimensions: {}, ...grid, values: [1, 9, 9, 1, 1, 7] }],
  gaps: [],
} as ObservationBody);

const valuesOf = (observation: Observation) =>
  observation.body?.kind === "series" ? observation.body.series[0]?.values : null;

describe("what is usual", () => {
  test("leaves out the samples in which another incident hurt", () =>
    expect(valuesOf(withoutKnownTroubles(series, scope([{ from: 100 * second, to: 300 * second }])))).toEqual([
      1,
      null,
      null,
      1,
      1,
      7,
    ]));

  test("keeps what happens now, also while another incident is open", () =>
    expect(valuesOf(withoutKnownTroubles(series, scope([{ from: 460 * second, to: 600 * second }])))).toEqual([
      1, 9, 9, 1, 1, 7,
    ]));

  test("is taken from troubled times where hardly any other is left", () =>
    expect(valuesOf(withoutKnownTroubles(series, scope([{ from: 0, to: 460 * second }])))).toEqual([1, 9, 9, 1, 1, 7]));

  test("leaves what was stored as it was", () => {
    withoutKnownTroubles(series, scope([{ from: 100 * second, to: 300 * second }]));
    expect(valuesOf(series)).toEqual([1, 9, 9, 1, 1, 7]);
  });
});
