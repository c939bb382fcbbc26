import { describe, expect, test } from "vitest";
import type { Edge } from "../core/entity.ts";
import { buildScope, distancesFrom } from "./build-scope.ts";

const edge = (from: string, to: string): Edge => ({
  from,
  to,
  type: "calls",
  sources: ["test"],
  confidence: 1,
  validFrom: 0,
  lastSeenAt: 0,
  isAsynchronous: false,
});
const settings = { baselineSeconds: 3600, reportLagSeconds: 120, mostEntities: 80 };
const minute = 60_000;
const symptom = { entityId: "a", concept: null, direction: null, reportedAt: 100 * minute, sentence: "" } as const;

describe("where a search begins", () => {
  test("distance counts edges in both directions", () =>
    expect(distancesFrom(["b"], [edge("a", "b"), edge("b", "c"), edge("c", "d")], 80)).toEqual({
      a: 1,
      b: 0,
      c: 1,
      d: 2,
    }));

  test("a large estate is cut off at the nearest", () =>
    expect(Object.keys(distancesFrom(["a"], [edge("a", "b"), edge("b", "c"), edge("c", "d")], 3))).toHaveLength(3));

  test("the baseline ends before the onset can have been", () => {
    const scope = buildScope([symptom], { entities: [], edges: [] }, 0, 101 * minute, settings);
    expect(scope.baseline).toEqual({ from: 38 * minute, to: 98 * minute });
    expect(scope.window.to).toBe(101 * minute);
  });

  test("a fresh installation keeps most of its short history as baseline", () => {
    const scope = buildScope([symptom], { entities: [], edges: [] }, 98 * minute, 101 * minute, settings);
    expect(scope.baseline.from).toBe(98 * minute);
    expect(scope.baseline.to - scope.baseline.from).toBeGreaterThanOrEqual(1.5 * minute);
    expect(scope.baseline.to).toBeLessThan(100 * minute);
  });
});
