import { describe, expect, test } from "vitest";
import { createLogHistogram } from "../rollup/log-histogram.ts";
import { BUCKET_MILLISECONDS } from "../settings.ts";
import { createRuleEngine } from "./rule-engine.ts";
import { defaultRules } from "./rule-settings.ts";
import { serviceSubject } from "./subjects.ts";

const start = 1_700_000_000_000;
const calmBuckets = 60;

/** Five minutes of twenty requests a second with next to nothing waiting, then something else, and then as before, while what was left over drains. */
function play(what: { requestsPerSecond: number; leftOverPerSecond: number; buckets?: number }): string[] {
  const then = { buckets: 12, ...what };
  const engine = createRuleEngine(defaultRules);
  const worker = serviceSubject("worker", "shop", false);
  const titles: string[] = [];
  for (let index = 0; index < calmBuckets + 2 * then.buckets; index++) {
    const bucketAt = start + index * BUCKET_MILLISECONDS;
    const isCalm = index < calmBuckets;
    const isOver = index >= calmBuckets + then.buckets;
    const count = 5 * (isCalm || isOver ? 20 : then.requestsPerSecond);
    const increment = { bucketAt, count, errors: 0, seconds: 0.01 * count, histogram: createLogHistogram() };
    const filledFor = Math.min(then.buckets, index - calmBuckets + 1);
    const drainedFor = Math.max(0, index - calmBuckets - then.buckets);
    const left = isCalm ? 0 : then.leftOverPerSecond * 5 * Math.max(0, filledFor - drainedFor);
    const items = engine.evaluate({
      now: bucketAt + BUCKET_MILLISECONDS + 2_000,
      requests: [{ subject: worker, ...increment }],
      heartbeats: [],
      levels: [{ subject: worker, concept: "queue.depth", at: bucketAt, value: (index % 3) + left }],
    });
    titles.push(...items.filter(({ status }) => status === "firing").map(({ labels }) => labels["alertname"] ?? ""));
  }
  return titles;
}

describe("a queue that grows", () => {
  test("alerts when no more comes in than usual", () =>
    expect(play({ requestsPerSecond: 20, leftOverPerSecond: 1 })).toEqual(["queue-growth"]));

  test("takes what comes in a burst, as long as its messages wait for seconds only", () =>
    expect(play({ requestsPerSecond: 40, leftOverPerSecond: 1 })).toEqual([]));

  test("takes a burst that its worker nearly keeps up with", () =>
    expect(play({ requestsPerSecond: 40, leftOverPerSecond: 8 })).toEqual([]));

  test("takes a burst in also when it has just ended, and drains", () =>
    expect(play({ requestsPerSecond: 40, leftOverPerSecond: 8, buckets: 20 })).toEqual([]));

  test("alerts in a burst as well when its messages would soon wait for more than a minute", () =>
    expect(play({ requestsPerSecond: 40, leftOverPerSecond: 40 })).toEqual(["queue-growth"]));

  test("alerts when the worker does less than usual", () =>
    expect(play({ requestsPerSecond: 4, leftOverPerSecond: 1 })).toEqual(["queue-growth"]));
});
