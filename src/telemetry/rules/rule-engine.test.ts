import { describe, expect, test } from "vitest";
import type { IncomingItem } from "../../core/item.ts";
import { bucketOf, createLogHistogram } from "../rollup/log-histogram.ts";
import { createRuleEngine } from "./rule-engine.ts";
import { defaultRules } from "./rule-settings.ts";
import { rememberOperations, serviceSubject } from "./subjects.ts";

const start = 1_700_000_000_000;
type Page = { name: string; seconds: number };

/** Five seconds at a time: each page is asked ten times a bucket, with a tenth of wavering. */
function play(buckets: number, pagesAt: (index: number) => Page[]): IncomingItem[] {
  const engine = createRuleEngine(defaultRules);
  const operationOf = rememberOperations();
  const orders = serviceSubject("orders", "shop", true);
  const items: IncomingItem[] = [];
  for (let index = 0; index < buckets; index++) {
    const bucketAt = start + index * 5000;
    const requests = pagesAt(index).flatMap(({ name, seconds }) => {
      const each = seconds * (1 + 0.1 * Math.sin(index));
      const histogram = createLogHistogram();
      histogram[bucketOf(each)] = 10;
      const increment = { bucketAt, count: 10, errors: 0, seconds: 10 * each, histogram };
      const page = operationOf(orders, name);
      return [{ subject: orders, ...increment }, ...(page ? [{ subject: page, ...increment }] : [])];
    });
    items.push(...engine.evaluate({ now: bucketAt + 7000, requests, heartbeats: [], levels: [] }));
  }
  return items;
}

describe("one page of a service", () => {
  const waiting = { name: "GET /orders/:id/wait", seconds: 1.4 };

  test("that became slow is noticed, though the mean over all pages hardly moves", () => {
    const items = play(60, (index) => [waiting, { name: "GET /orders/:id", seconds: index < 40 ? 0.01 : 0.25 }]);
    expect(items.map(({ title, labels }) => [title.split(":")[0], labels["service.name"]])).toEqual([
      ["orders GET /orders/", "orders"],
    ]);
  });

  test("does not repeat what the whole service complains of", () => {
    const items = play(60, (index) => [{ name: "GET /orders/:id", seconds: index < 40 ? 0.02 : 0.4 }]);
    expect(items.map(({ title }) => title)).toEqual([expect.stringMatching(/^orders: /)]);
  });
});
