import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Connection } from "../core/capability.ts";
import type { SignalMap } from "../core/signal-map.ts";
import { openEmptyTestDatabase, type TestDatabase } from "../store/testing.ts";
import {
  attributeList,
  entityOf,
  logsOf,
  metricsOf,
  nanos,
  newSpanId,
  newTraceId,
  tracesOf,
} from "./samples.testing.ts";
import { defaultLimits, defaultRetention, defaultTraces, type TelemetrySettings } from "./settings.ts";
import { createTelemetryConnection } from "./telemetry-connection.ts";
import { startTelemetry, type TelemetryService } from "./telemetry-service.ts";

let database: TestDatabase;
let service: TelemetryService;
let settings: TelemetrySettings;
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

function mapping(
  concept: SignalMap["mappings"][number]["concept"],
  expression: SignalMap["mappings"][number]["expression"],
): SignalMap["mappings"][number] {
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

beforeAll(async () => {
  database = await openEmptyTestDatabase();
  settings = {
    connection: database.url,
    host: "127.0.0.1",
    port: 0,
    senders: [{ name: "test", token: "secret" }],
    retention: defaultRetention,
    limits: { ...defaultLimits, bodyBytes: 200_000 },
    traces: { ...defaultTraces, quietSeconds: 1 },
    rules: null,
    evaluateEverySeconds: 5,
  };
  service = await startTelemetry(settings, { onAlerts: () => {}, log: () => {} });
});
afterAll(async () => {
  await service.stop();
  await database.drop();
});

async function post(
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: string; headers: Headers }> {
  const response = await fetch(`http://127.0.0.1:${service.port}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: "Bearer secret", ...headers },
    body: typeof body === "string" || Buffer.isBuffer(body) ? (body as string) : JSON.stringify(body),
  });
  return { status: response.status, body: await response.text(), headers: response.headers };
}

function connection(): Connection & Required<Pick<Connection, "metrics" | "logs" | "discovery">> {
  const own = createTelemetryConnection({ database, discoverSignalMap: () => map, address: "" });
  own.setSignalMap(map);
  return own;
}

describe("the receiver", () => {
  it("refuses whom it does not know, with a status that says how to be known", async () => {
    const answer = await post("/v1/traces", {}, { authorization: "Bearer wrong" });
    expect(answer.status).toBe(401);
    expect(JSON.parse(answer.body)).toMatchObject({ code: 16 });
  });

  it("refuses what is too large, also when it only becomes so by unpacking", async () => {
    expect((await post("/v1/logs", "x".repeat(300_000))).status).toBe(413);
    expect((await post("/v1/logs", gzipSync("x".repeat(3_000_000)), { "content-encoding": "gzip" })).status).toBe(413);
  });

  it("refuses broken bodies, other types, other methods and other paths, each with its own status", async () => {
    expect((await post("/v1/traces", "{")).status).toBe(400);
    expect((await post("/v1/traces", "not gzip", { "content-encoding": "gzip" })).status).toBe(400);
    expect(
      (await post("/v1/traces", Buffer.from([10, 255, 255, 3, 1]), { "content-type": "application/x-protobuf" }))
        .status,
    ).toBe(400);
    expect((await post("/v1/traces", "", { "content-type": "text/plain" })).status).toBe(415);
    expect((await post("/v1/traces", "", { "content-encoding": "zstd" })).status).toBe(415);
    expect((await post("/v2/traces", {})).status).toBe(404);
    expect((await fetch(`http://127.0.0.1:${service.port}/v1/traces`)).status).toBe(405);
  });

  it("takes an empty request in both forms", async () => {
    expect(await post("/v1/metrics", {})).toMatchObject({ status: 200, body: "{}" });
    const answer = await post("/v1/metrics", Buffer.alloc(0), { "content-type": "application/x-protobuf" });
    expect(answer).toMatchObject({ status: 200, body: "" });
  });

  it("is not stopped by values that no column could hold", async () => {
    const at = nanos(Date.now() - 1_000);
    const odd = [
      { name: "x".repeat(3_000), gauge: { dataPoints: [{ timeUnixNano: at, asDouble: 1 }] } },
      {
        name: "far",
        exponentialHistogram: {
          dataPoints: [{ timeUnixNano: at, count: "1", scale: 0, positive: { offset: 9e15, bucketCounts: ["1"] } }],
        },
      },
      { name: "infinite", gauge: { dataPoints: [{ timeUnixNano: at, asDouble: "-Infinity" }] } },
    ];
    const answer = await post("/v1/metrics", metricsOf({ "service.name": "odd\u0000name" }, odd));
    expect(JSON.parse(answer.body).partialSuccess).toMatchObject({ rejectedDataPoints: "2" });
    const late = {
      name: "late",
      gauge: { dataPoints: [{ timeUnixNano: at, startTimeUnixNano: "1e300", asDouble: 1 }] },
    };
    expect((await post("/v1/metrics", metricsOf({}, [late]))).status).toBe(400);
    const span = tracesOf({ "service.name": "odd" }, [
      { traceId: newTraceId(), startAt: Date.now() - 500, milliseconds: 1 },
    ]);
    const status = JSON.stringify(span).replace('"status":{}', '"status":{"code":123456789}');
    expect(await post("/v1/traces", status)).toMatchObject({ status: 200, body: "{}" });
  });

  it("says how many items it refused and why, and takes the rest", async () => {
    const startAt = Date.now() - 1_000;
    const spans = [
      { traceId: newTraceId(), startAt, milliseconds: 5 },
      { traceId: newTraceId(), startAt: startAt - 40 * 86_400_000, milliseconds: 5 },
    ];
    const answer = await post("/v1/traces", tracesOf({ "service.name": "partial" }, spans));
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toEqual({
      partialSuccess: { rejectedSpans: "1", errorMessage: "1 × older than what is kept here" },
    });
  });
});

describe("what spans tell", () => {
  const shop = (name: string, version = "1.0") => ({
    "service.name": name,
    "service.version": version,
    "service.instance.id": `${name}-1`,
  });
  const startAt = Date.now() - 40_000;

  beforeAll(async () => {
    for (let index = 0; index < 20; index++) {
      const traceId = newTraceId();
      const [root, call, answer, query] = [newSpanId(), newSpanId(), newSpanId(), newSpanId()];
      const at = startAt + index * 1_000;
      const isError = index % 4 === 0;
      const address = { "server.address": "10.0.0.7", "server.port": 8080, "http.request.method": "GET" };
      await post(
        "/v1/traces",
        tracesOf(shop("web"), [
          {
            traceId,
            spanId: root,
            name: "GET /buy",
            startAt: at,
            milliseconds: 100,
            isError,
            attributes: { "http.route": "/buy", "http.response.status_code": isError ? 502 : 200 },
          },
          {
            traceId,
            spanId: call,
            parentSpanId: root,
            name: "GET",
            kind: 3,
            startAt: at + 10,
            milliseconds: 80,
            isError,
            attributes: { ...address, "http.response.status_code": isError ? 500 : 200 },
          },
        ]),
      );
      await post(
        "/v1/traces",
        tracesOf(shop("stock"), [
          {
            traceId,
            spanId: answer,
            parentSpanId: call,
            name: "GET /stock",
            startAt: at + 20,
            milliseconds: 50,
            isError,
            attributes: { "http.response.status_code": isError ? 500 : 200 },
          },
          {
            traceId,
            spanId: query,
            parentSpanId: answer,
            name: "select",
            kind: 3,
            startAt: at + 25,
            milliseconds: 30,
            attributes: {
              "db.system.name": "postgresql",
              "db.namespace": "shop",
              "server.address": "127.0.0.1",
              "server.port": 5432,
              "db.operation.name": "SELECT",
            },
          },
        ]),
      );
    }
    // Roll-ups and heartbeats are written a little after the answer.
    const whenWritten = async () => {
      expect(await requestsOf(web)).toBe(20);
      const now = Date.now();
      const live = { from: now - 30_000, to: now };
      expect((await lastOf("instance.count", web, live)).some((value) => value !== null)).toBe(true);
    };
    await vi.waitFor(whenWritten, { timeout: 30_000, interval: 100 });
  });

  const window = { from: startAt - 1_000, to: startAt + 25_000 };
  const web = entityOf("service", "web", { "service.name": "web" });
  const stock = entityOf("service", "stock", { "service.name": "stock" });
  const shopDatabase = entityOf("database", "shop", { "db.system.name": "postgresql", "db.namespace": "shop" });

  async function meanOf(
    concept: Parameters<ReturnType<typeof connection>["metrics"]["readSeries"]>[0]["concept"],
    entity: typeof web,
    statistic: "mean" | "p95" | "sum" = "mean",
  ) {
    const answer = await connection().metrics.readSeries({
      concept,
      entities: [entity],
      statistic,
      keep: [],
      stepSeconds: 5,
      window,
    });
    const values = (answer.body ?? []).flatMap((series) => series.values.filter((value) => value !== null));
    return { status: answer.status, value: values.length === 0 ? null : Math.max(...values) };
  }

  async function requestsOf(entity: typeof web): Promise<number> {
    const answer = await connection().metrics.readSeries({
      concept: "request.rate",
      entities: [entity],
      statistic: "sum",
      keep: [],
      stepSeconds: 5,
      window,
    });
    return (answer.body?.[0]?.values ?? []).reduce<number>((sum, value) => sum + (value ?? 0), 0);
  }

  async function lastOf(concept: "instance.count", entity: typeof web, within: typeof window) {
    const answer = await connection().metrics.readSeries({
      concept,
      entities: [entity],
      statistic: "last",
      keep: [],
      stepSeconds: 5,
      window: within,
    });
    return answer.body?.[0]?.values ?? [];
  }

  it("gives rate, errors and latency of a service", async () => {
    expect((await meanOf("request.latency", web)).value).toBeCloseTo(0.1, 3);
    const p95 = (await meanOf("request.latency", web, "p95")).value ?? 0;
    expect(p95).toBeGreaterThan(0.09);
    expect(p95).toBeLessThan(0.13);
    const total = await requestsOf(web);
    expect(total).toBe(20);
    expect((await meanOf("request.error_ratio", web)).value).toBeGreaterThanOrEqual(0.2);
  });

  it("charges time and errors to where they begin", async () => {
    expect((await meanOf("request.self_time", web)).value).toBeCloseTo(0.02, 3);
    expect((await meanOf("request.self_time", stock)).value).toBeCloseTo(0.02, 3);
    expect((await meanOf("request.self_time", shopDatabase)).value).toBeCloseTo(0.03, 3);
    expect((await meanOf("call.network_gap", web)).value).toBeCloseTo(0.03, 3);
    expect((await meanOf("request.error_origin_rate", web)).value).toBe(0);
    expect((await meanOf("request.error_origin_rate", stock)).value).toBeGreaterThan(0);
  });

  it("keeps versions, peers and reasons apart when asked", async () => {
    const answer = await connection().metrics.readSeries({
      concept: "call.error_ratio",
      entities: [web],
      statistic: "mean",
      keep: ["peer", "version", "reason"],
      stepSeconds: 5,
      window,
    });
    expect(answer.body?.[0]?.dimensions).toEqual({ peer: "stock", version: "1.0", reason: "500" });
  });

  it("says what was never received and what is only absent from the window", async () => {
    const stranger = entityOf("service", "stranger", { "service.name": "stranger" });
    const answer = await connection().metrics.readSeries({
      concept: "request.rate",
      entities: [web, stranger],
      statistic: "mean",
      keep: [],
      stepSeconds: 60,
      window: { from: startAt - 7_200_000, to: startAt - 3_600_000 },
    });
    expect(answer.gaps).toMatchObject([
      { entityId: web.id, status: "empty" },
      { entityId: stranger.id, status: "unmapped" },
    ]);
  });

  it("shows the graph with the address taken for the service behind it", async () => {
    const wide = { from: startAt - 60_000, to: Date.now() + 60_000 };
    const { discovery } = connection();
    const entities = (await discovery.discover(wide)).body ?? [];
    const names = entities.map(({ claim }) => `${claim.name.kind} ${claim.name.name}`);
    expect(names).toEqual(expect.arrayContaining(["service web", "service stock", "database shop", "instance web-1"]));
    expect(names.filter((name) => name.startsWith("external"))).toEqual([]);
    const edges = (await discovery.discoverEdges?.(wide))?.body ?? [];
    expect(edges).toContainEqual(
      expect.objectContaining({ from: { "service.name": "web" }, to: { "service.name": "stock" }, type: "calls" }),
    );
    expect(edges).toContainEqual(
      expect.objectContaining({
        from: { "service.name": "stock" },
        to: { "db.system.name": "postgresql", "db.namespace": "shop" },
      }),
    );
  });

  it("knows which processes live", async () => {
    const now = Date.now();
    expect(await lastOf("instance.count", web, { from: now - 30_000, to: now })).toContain(1);
  });
});

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
  const read = async (concept: (typeof map.mappings)[number]["concept"], statistic: "mean" | "p95" = "mean") => {
    const answer = await connection().metrics.readSeries({
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
    const answer = await post(
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
    const answer = await post(
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

describe("what logs tell", () => {
  const at = Date.now() - 15_000;
  const entity = entityOf("service", "wordy", { "service.name": "wordy" });

  it("counts templates, keeps a sample and the exception", async () => {
    const records = Array.from({ length: 30 }, (_, index) => ({
      timeUnixNano: nanos(at + index * 10),
      severityNumber: index % 3 === 0 ? 17 : 9,
      body: { stringValue: index % 3 === 0 ? `could not reserve item ${index} in 12 ms` : `served request ${index}` },
      attributes:
        index % 3 === 0 ? attributeList({ "exception.type": "TypeError", "exception.message": "x is undefined" }) : [],
    }));
    expect(await post("/v1/logs", logsOf({ "service.name": "wordy", "service.version": "2" }, records))).toMatchObject({
      status: 200,
      body: "{}",
    });
    const window = { from: at - 5_000, to: at + 5_000 };
    const templates =
      (await connection().logs.readTemplates({ entities: [entity], window, stepSeconds: 5 })).body ?? [];
    expect(
      templates.map(({ template, counts }) => [template, counts.reduce((sum, count) => sum + count, 0)]).sort(),
    ).toEqual([
      ["could not reserve item <*> in <*> ms [TypeError]", 10],
      ["served request <*>", 20],
    ]);
    expect(templates.find(({ severity }) => severity === "error")).toMatchObject({
      exception: { type: "TypeError" },
      versions: { "2": 10 },
    });
    const lines = await connection().logs.readLines({ entities: [entity], window, templateId: null, limit: 100 });
    expect(lines.isTainted).toBe(true);
    expect(lines.body?.length).toBeGreaterThan(5);
    expect(lines.body?.length).toBeLessThan(30);
  });

  it("says where nothing was ever logged", async () => {
    const quiet = entityOf("service", "quiet", { "service.name": "quiet" });
    const answer = await connection().logs.readTemplates({
      entities: [quiet],
      window: { from: at, to: at + 5_000 },
      stepSeconds: 5,
    });
    expect(answer).toMatchObject({ status: "unmapped", gaps: [{ entityId: quiet.id, status: "unmapped" }] });
  });
});

describe("stop and start", () => {
  it("finds names and roll-ups again, and gives no number twice", async () => {
    await service.stop();
    service = await startTelemetry(settings, { onAlerts: () => {}, log: () => {} });
    const traceId = newTraceId();
    const answer = await post(
      "/v1/traces",
      tracesOf({ "service.name": "after" }, [{ traceId, startAt: Date.now() - 100, milliseconds: 50 }]),
    );
    expect(answer).toMatchObject({ status: 200, body: "{}" });
    const [row] = await database.query<{ twice: number }>(
      "select count(*) - count(distinct id) as twice from operations",
    );
    expect(row?.twice).toBe(0);
  });

  it("lets only one write at a time", async () => {
    await expect(startTelemetry(settings, { onAlerts: () => {}, log: () => {} })).rejects.toMatchObject({
      code: "MW_BUSY",
    });
  }, 20_000);
});
