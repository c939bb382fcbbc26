import { describe, expect, test } from "vitest";
import { createLogHistogram } from "../rollup/log-histogram.ts";
import { BUCKET_MILLISECONDS } from "../settings.ts";
import { createRuleEngine } from "./rule-engine.ts";
import { defaultRules } from "./rule-settings.ts";
import { serviceSubject } from "./subjects.ts";

const start = 1_700_000_000_000;
const calmBuckets = 60;

/**
 * Five minutes without failure, a release, then so many failures of the twenty requests of each bucket; after how many it
 * alerted.
 */
function alertsAfter(then: readonly number[]): number | null {
  const engine = createRuleEngine(defaultRules);
  const orders = serviceSubject("orders", "shop", true);
  for (let index = 0; index < calmBuckets + then.length; index++) {
    const bucketAt = start + index * BUCKET_MILLISECONDS;
    const errors = then[index - calmBuckets] ?? 0;
    const increment = { subject: orders, bucketAt, count: 20, errors, seconds: 0.2, histogram: createLogHistogram() };
    const beat = { subject: orders, instance: index < calmBuckets ? "old" : "new", bucketAt };
    const tick = { now: bucketAt + BUCKET_MILLISECONDS + 2_000, requests: [increment], heartbeats: [beat], levels: [] };
    if (engine.evaluate(tick).length > 0) return index - calmBuckets + 1;
  }
  return null;
}

describe("requests that fail", () => {
  test("alert after three buckets when many do", () => expect(alertsAfter([6, 6, 6, 6])).toBe(3));

  test("alert later when few do", () => {
    const after = alertsAfter(Array.from({ length: 36 }, (_, index) => (index % 2) + 1)) ?? 0;
    expect(after).toBeGreaterThanOrEqual(3);
    expect(after).toBeLessThanOrEqual(8);
  });

  test("do not alert when one bucket of a release and a chance failure or two make up a window", () =>
    expect(alertsAfter([6, 0, 1, 0, 0, 1, 0, 0, 0])).toBeNull());

  test("do not alert when one bucket fails altogether", () => expect(alertsAfter([20, 0, 0, 0, 0, 0])).toBeNull());
});
