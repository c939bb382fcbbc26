import { describe, expect, test } from "vitest";
import { bucketOf, createLogHistogram } from "../rollup/log-histogram.ts";
import { BUCKET_MILLISECONDS } from "../settings.ts";
import { createRuleEngine } from "./rule-engine.ts";
import { defaultRules } from "./rule-settings.ts";
import { serviceSubject } from "./subjects.ts";

const start = 1_700_000_000_000;
const calmBuckets = 60;
/** Of the hundred requests of a bucket: how many take `seconds` instead of about ten milliseconds. */
type Slow = { requests: number; seconds: number };

const calm: Slow = { requests: 0, seconds: 0 };
const pause: Slow = { requests: 6, seconds: 0.2 };

/** Five calm minutes, then those buckets; after how many of them an alert came. Null: none did. */
function alertsAfter(then: readonly Slow[]): number | null {
  const engine = createRuleEngine(defaultRules);
  const orders = serviceSubject("orders", "shop", true);
  for (let index = 0; index < calmBuckets + then.length; index++) {
    const bucketAt = start + index * BUCKET_MILLISECONDS;
    const slow = then[index - calmBuckets] ?? calm;
    const usualSeconds = 0.01 * (1 + 0.1 * Math.sin(index));
    const histogram = createLogHistogram();
    histogram[bucketOf(usualSeconds)] = 100 - slow.requests;
    histogram[bucketOf(slow.seconds)] = (histogram[bucketOf(slow.seconds)] ?? 0) + slow.requests;
    const seconds = (100 - slow.requests) * usualSeconds + slow.requests * slow.seconds;
    const increment = { subject: orders, bucketAt, count: 100, errors: 0, seconds, histogram };
    const tick = { now: bucketAt + BUCKET_MILLISECONDS + 2_000, requests: [increment], heartbeats: [], levels: [] };
    if (engine.evaluate(tick).length > 0) return index - calmBuckets + 1;
  }
  return null;
}

describe("requests that take longer", () => {
  test("alert after two buckets when all do", () => {
    const all: Slow = { requests: 100, seconds: 0.2 };
    expect(alertsAfter([all, all, all, all])).toBe(2);
  });

  test("alert after three buckets when only some do", () => expect(alertsAfter([pause, pause, pause, pause])).toBe(3));

  test("do not alert when a few are held twice in a row and it passes", () =>
    expect(alertsAfter([pause, pause, calm, calm, pause, pause, calm, calm])).toBeNull());

  test("do not alert when a bucket that shows little lies beside two that were held", () => {
    const little: Slow = { requests: 6, seconds: 0.024 };
    expect(alertsAfter([pause, little, pause, calm, calm, calm])).toBeNull();
    expect(alertsAfter([little, pause, pause, calm, calm, calm])).toBeNull();
  });

  test("alert no later the more of them there are", () => {
    const delays = [6, 20, 60, 100].map((requests) => {
      const slow: Slow = { requests, seconds: 0.2 };
      return alertsAfter([slow, slow, slow, slow, slow, slow]) ?? Number.POSITIVE_INFINITY;
    });
    expect(delays).toEqual([...delays].sort((left, right) => right - left));
    expect(delays.at(-1)).toBe(2);
  });
});
