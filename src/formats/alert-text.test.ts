import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { conceptInText, numbersInText } from "./alert-text.ts";
import { mentionsInText } from "./text-mentions.ts";

const told = (text: string) =>
  numbersInText(text).map(({ concept, value, unit, role }) => `${concept ?? "?"} ${value} ${unit} ${role}`);

const cases: [string, string[]][] = [
  [
    "503 for 5 % of /api/v2/orders, P99 2500 ms (threshold 1 %, SLO 800 ms)",
    [
      "request.error_ratio 0.05 1 observed",
      "request.latency 2.5 s observed",
      "request.error_ratio 0.01 1 threshold",
      "request.latency 0.8 s objective",
    ],
  ],
  ["P99 latency is 2500ms, above 800ms", ["request.latency 2.5 s observed", "request.latency 0.8 s threshold"]],
  ["Pool at 95/100 connections", ["pool.in_use 95 {connection} observed"]],
  ["memory 12.8 of 16 GB", ["memory.working_set 17179869184 By threshold"]],
  ["Redis latency 0.8 → 2.3 ms", ["request.latency 0.0023 s observed"]],
  ["CPU usage above 90% for 5 minutes", ["cpu.usage 0.9 1 threshold"]],
  ["Error rate is 7.2% (> 5%)", ["request.error_ratio 0.072 1 observed", "request.error_ratio 0.05 1 threshold"]],
  ["queue depth 12,400", ["queue.depth 12400 {item} observed"]],
  [
    "Average query time: 45 seconds. Threshold: 30 seconds.",
    ["request.latency 45 s observed", "request.latency 30 s threshold"],
  ],
  ["traffic 1200 req/s", ["request.rate 1200 {request}/s observed"]],
];

describe("numbers in an alert's text", () => {
  it.each(cases)("%s", (text, expected) => {
    const found = told(text);
    for (const one of expected) expect(found).toContain(one);
  });

  it.each([
    "HTTP 503 Service Unavailable",
    "deployed v1.24.3 at 2026-11-21T14:00:00Z",
    "10.1.2.3:8080 refused",
    "commit 9f2c1e0 by user 42",
    "node-12 on port 9090",
    "since 5 minutes ago",
  ])("none in: %s", (text) => {
    expect(told(text)).toEqual([]);
  });

  it("any text is read without a crash, and in time", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 400 }), (text) => {
        for (const { value } of numbersInText(text)) expect(Number.isFinite(value)).toBe(true);
      }),
    );
    const startedAt = performance.now();
    numbersInText("12 % of 3 ms, ".repeat(20_000));
    mentionsInText("a-b c/d ".repeat(20_000));
    expect(performance.now() - startedAt).toBeLessThan(3000);
  });
});

it.each([
  ["P99 latency above 2 s", "request.latency", "above", 99],
  ["the 95th percentile latency is 3 s (> 1 s)", "request.latency", "above", undefined],
  ["disk has less than 20 % free", "disk.used", "below", undefined],
  ["Error rate is 7.2% (> 5%)", "request.error_ratio", "above", undefined],
] as const)("the bound of %s", (text, concept, side, percentile) => {
  const bound = numbersInText(text).find(({ role }) => role === "threshold");
  expect([bound?.concept, bound?.side]).toEqual([concept, side]);
  if (percentile) expect(bound?.percentile).toBe(percentile);
});

describe("names in an alert's text", () => {
  it.each([
    ["503 for 5 % of /api/v2/orders", ["/api/v2/orders", "orders"]],
    ["High latency on checkout-api in production", ["checkout-api"]],
    ["The cart service cannot reach database shop-db", ["cart", "shop-db"]],
    ["Pod payments-7d9f8b-x2x is crash looping", ["payments-7d9f8b-x2x"]],
    ["service=inventory latency p99", ["inventory"]],
  ])("%s", (text, names) => {
    for (const name of names) expect(mentionsInText(text)).toContain(name);
  });
});

it.each([
  ["HighErrorRate", "request.error_ratio"],
  ["KubeContainerOOMKilled", "memory.working_set"],
  ["CertificateExpiringSoon: cert expires in 3 days", "certificate.not_after"],
  ["PodCrashLooping", "process.restart_rate"],
  ["InstanceDown", "up"],
  ["Something else", null],
])("%s is about %s", (text, concept) => {
  expect(conceptInText(text)).toBe(concept);
});
