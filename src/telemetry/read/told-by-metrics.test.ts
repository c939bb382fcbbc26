import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ConceptId } from "../../core/concept.ts";
import type { SignalMap, SignalMapping } from "../../core/signal-map.ts";
import { startTestTelemetry, type TestTelemetry } from "../running.testing.ts";
import { attributeList, entityOf, metricsOf, nanos } from "../samples.testing.ts";

const map: SignalMap = {
  connection: "telemetry",
  mappings: [
    mapping("pool.in_use", {
      form: "gauge",
      metric: "db.client.connection.count",
      where: [{ label: "state", operator: "=", value: "used" }],
      across: "sum",
    }),
    mapping("cpu.usage", { form: "counter-rate", metric: "process.cpu.time", where: [] }),
    mapping("gc.time_ratio", { form: "histogram-sum-rate", metric: "v8js.gc.duration", where: [], style: "buckets" }),
    mapping("event_loop.delay", { form: "histogram", metric: "loop.delay", where: [], style: "native" }),
    mapping("dns.lookup_time", { form: "histogram", metric: "dns.summary", where: [], style: "summary" }),
  ],
  unusedMetrics: [],
};

function mapping(concept: ConceptId, expression: SignalMapping["expression"]): SignalMapping {
  return {
    concept,
    entityKinds: ["service"],
    expression,
    entityLabels: ["service.name"],
    dimensionLabels: {},
    convention: "opentelemetry",
    priority: 1,
  };
}

let telemetry: TestTelemetry;
beforeAll(async () => {
  telemetry = await startTestTelemetry();
});
afterAll(() => telemetry.stop());

describe("what metrics tell", () => {
  const resource = { "service.name": "metered", "service.instance.id": "m-1" };
  const base = Math.floor(Date.now() / 10_000) * 10_000 - 60_000;
  const entity = entityOf("service", "metered", { "service.name": "metered" });
  const points = (of: (index: number) => object) =>
    Array.from({ length: 6 }, (_, index) => ({
      timeUnixNano: nanos(base + index * 10_000),
      startTimeUnixNano: nanos(base - 10_000),
      ...of(index),
    }));
  const read = async (concept: ConceptId, statistic: "mean" | "p95" = "mean") => {
    const answer = await telemetry.connection(map).metrics.readSeries({
      concept,
      entities: [entity],
      statistic,
      keep: [],
      stepSeconds: 10,
      window: { from: base + 10_000, to: base + 50_000 },
    });
    return answer.body?.[0]?.values;
  };

  beforeAll(async () => {
    const answer = await telemetry.post(
      "/v1/metrics",
      metricsOf(resource, [
        {
          name: "db.client.connection.count",
          sum: {
            aggregationTemporality: 2,
            dataPoints: ["used", "idle"].flatMap((state) =>
              points(() => ({ asInt: "3", attributes: attributeList({ state }) })),
            ),
          },
        },
        // Restarts between the third and the fourth point: it begins anew at zero.
        {
          name: "process.cpu.time",
          unit: "s",
          sum: {
            aggregationTemporality: 2,
            isMonotonic: true,
            dataPoints: points((index) => ({
              asDouble: (index < 3 ? index + 100 : index - 2) * 5,
              ...(index >= 3 ? { startTimeUnixNano: nanos(base + 20_000) } : {}),
            })),
          },
        },
        {
          name: "v8js.gc.duration",
          unit: "s",
          histogram: {
            aggregationTemporality: 1,
            dataPoints: points((index) => ({
              startTimeUnixNano: nanos(base + (index - 1) * 10_000),
              count: "4",
              sum: 0.5,
              bucketCounts: ["0", "4", "0"],
              explicitBounds: [0.1, 0.2],
            })),
          },
        },
        {
          name: "loop.delay",
          unit: "s",
          exponentialHistogram: {
            aggregationTemporality: 2,
            dataPoints: points((index) => ({
              count: String(10 * (index + 1)),
              sum: 10 * (index + 1),
              scale: index === 3 ? 1 : 2,
              zeroCount: "0",
              positive: { offset: 0, bucketCounts: [String(10 * (index + 1))] },
            })),
          },
        },
        {
          name: "dns.summary",
          unit: "s",
          summary: {
            dataPoints: points((index) => ({
              count: String(index),
              sum: index * 0.02,
              quantileValues: [{ quantile: 0.95, value: 0.05 }],
            })),
          },
        },
      ]),
    );
    expect(answer).toMatchObject({ status: 200, body: "{}" });
  });

  it("takes the level of the state that is meant", async () => expect(await read("pool.in_use")).toEqual([3, 3, 3, 3]));
  it("takes the rate of a counter over its reset", async () => {
    const values = await read("cpu.usage");
    for (const value of values ?? []) expect(value).toBeCloseTo(0.5, 5);
  });
  it("takes seconds spent a second from a delta histogram", async () => {
    for (const value of (await read("gc.time_ratio")) ?? []) expect(value).toBeCloseTo(0.05, 5);
  });
  it("takes percentiles of exponential histograms of different scales", async () => {
    for (const value of (await read("event_loop.delay", "p95")) ?? []) {
      expect(value).toBeGreaterThan(1);
      expect(value).toBeLessThan(1.5);
    }
  });
  it("takes mean and percentile of a summary", async () => {
    for (const value of (await read("dns.lookup_time")) ?? []) expect(value).toBeCloseTo(0.02, 5);
    for (const value of (await read("dns.lookup_time", "p95")) ?? []) expect(value).toBeCloseTo(0.05, 5);
  });
  it("refuses a histogram whose buckets do not fit its bounds, and says which", async () => {
    const answer = await telemetry.post(
      "/v1/metrics",
      metricsOf(resource, [
        {
          name: "odd",
          histogram: {
            dataPoints: [{ timeUnixNano: nanos(base), count: "1", bucketCounts: ["1"], explicitBounds: [1, 2] }],
          },
        },
      ]),
    );
    expect(JSON.parse(answer.body).partialSuccess).toMatchObject({
      rejectedDataPoints: "1",
      errorMessage: "1 × odd: 1 buckets for 2 bounds",
    });
  });
});
