import { describe, expect, test } from "vitest";
import { createLogHistogram } from "../rollup/log-histogram.ts";
import { BUCKET_MILLISECONDS } from "../settings.ts";
import { createRuleEngine } from "./rule-engine.ts";
import { defaultRules } from "./rule-settings.ts";
import { serviceSubject } from "./subjects.ts";

const start = 1_700_000_000_000;
const calmBuckets = 60;

/** Five minutes of twenty requests a second with next to nothing waiting, and then a minute of something else. */
function play(then: { requestsPerSecond: number; leftOverPerSecond: number }): string[] {
  const engine = createRuleEngine(defaultRules);
  const worker = serviceSubject("worker", "shop", false);
  const titles: string[] = [];
  for (let index = 0; index < calmBuckets + 12; index++) {
    const bucketAt = start + index * BUCKET_MILLISECONDS;
    const isCalm = index < calmBuckets;
    const count = 5 * (isCalm ? 20 : then.requestsPerSecond);
    const increment = { bucketAt, count, errors: 0, seconds: 0.01 * count, histogram: createLogHistogram() };
    const left = isCalm ? 0 : then.leftOverPerSecond * 5 * (index - calmBuckets + 1);
    const items = engine.evaluate({
      now: bucketAt + BUCKET_MILLISECONDS + 2_000,
      requests: [{ subject: worker, ...increment }],
      heartbeats: [],
      levels: [{ subject: worker, concept: "queue.depth", at: bucketAt, value: (index % 3) + left }],
    });
    titles.push(...items.map(({ labels }) => labels["alertname"] ?? ""));
  }
  return titles;
}

describe("a queue that grows", () => {
  test("alerts when no more comes in than usual", () =>
    expect(play({ requestsPerSecond: 20, leftOverPerSecond: 1 })).toEqual(["queue-growth"]));

  test("takes what comes in a burst, as long as its messages wait for seconds only", () =>
    expect(play({ requestsPerSecond: 40, leftOverPerSecond: 1 })).toEqual([]));

  test("alerts in a burst as well when its messages wait too long", () =>
    expect(play({ requestsPerSecond: 40, leftOverPerSecond: 10 })).toEqual(["queue-growth"]));

  test("alerts when the worker does less than usual", () =>
    expect(play({ requestsPerSecond: 4, leftOverPerSecond: 1 })).toEqual(["queue-growth"]));
});
