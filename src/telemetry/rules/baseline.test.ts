import { describe, expect, test } from "vitest";
import { type Bucket, baselineOf } from "./baseline.ts";
import { defaultRules } from "./rule-settings.ts";

const start = 1_700_000_000_000;
/** One bucket each five seconds, with that share of 100 requests failing. */
function buckets(shares: number[]): Bucket[] {
  return shares.map((share, index) => ({
    at: start + index * 5000,
    count: 100,
    errors: Math.round(share * 100),
    seconds: 1,
    p50: 0.01,
    p95: 0.01,
    isUnusual: false,
  }));
}
const baselineAfter = (shares: number[]) => baselineOf(buckets(shares), start + shares.length * 5000, defaultRules);
const calm = (length: number) => Array.from({ length }, () => 0);
const failing = (length: number) => Array.from({ length }, () => 0.3);

describe("what is usual of errors", () => {
  test("what failed while the system came up is not", () =>
    expect(baselineAfter([...failing(5), ...calm(20)])?.errorUpper).toBeLessThan(0.02));

  test("what happened once is not, and what is happening now is not", () => {
    expect(baselineAfter([...calm(20), ...failing(4), ...calm(20)])?.worstSustainedErrors).toBe(
      Number.NEGATIVE_INFINITY,
    );
    expect(baselineAfter([...calm(30), ...failing(9)])?.worstSustainedErrors).toBe(Number.NEGATIVE_INFINITY);
  });

  test("what comes back now and then is", () =>
    expect(
      baselineAfter([...calm(20), ...failing(4), ...calm(20), ...failing(4), ...calm(20)])?.worstSustainedErrors,
    ).toBe(0.3));
});
