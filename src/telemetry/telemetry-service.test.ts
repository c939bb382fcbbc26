import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestTelemetry, type TestTelemetry } from "./running.testing.ts";
import { logsOf, metricsOf, nanos, newTraceId, tracesOf } from "./samples.testing.ts";

let telemetry: TestTelemetry;
beforeAll(async () => {
  telemetry = await startTestTelemetry();
});
afterAll(() => telemetry.stop());

describe("the receiver", () => {
  it("refuses whom it does not know, with a status that says how to be known", async () => {
    const answer = await telemetry.post("/v1/traces", {}, { authorization: "Bearer wrong" });
    expect(answer.status).toBe(401);
    expect(JSON.parse(answer.body)).toMatchObject({ code: 16 });
  });

  it("refuses what is too large, also when it only becomes so by unpacking", async () => {
    expect((await telemetry.post("/v1/logs", "x".repeat(300_000))).status).toBe(413);
    expect(
      (await telemetry.post("/v1/logs", gzipSync("x".repeat(3_000_000)), { "content-encoding": "gzip" })).status,
    ).toBe(413);
  });

  it("refuses broken bodies, other types, other methods and other paths, each with its own status", async () => {
    expect((await telemetry.post("/v1/traces", "{")).status).toBe(400);
    expect((await telemetry.post("/v1/traces", "not gzip", { "content-encoding": "gzip" })).status).toBe(400);
    expect(
      (
        await telemetry.post("/v1/traces", Buffer.from([10, 255, 255, 3, 1]), {
          "content-type": "application/x-protobuf",
        })
      ).status,
    ).toBe(400);
    expect((await telemetry.post("/v1/traces", "", { "content-type": "text/plain" })).status).toBe(415);
    expect((await telemetry.post("/v1/traces", "", { "content-encoding": "zstd" })).status).toBe(415);
    expect((await telemetry.post("/v2/traces", {})).status).toBe(404);
    expect((await fetch(telemetry.url("/v1/traces"))).status).toBe(405);
  });

  it("takes an empty request in both forms", async () => {
    expect(await telemetry.post("/v1/metrics", {})).toMatchObject({ status: 200, body: "{}" });
    const answer = await telemetry.post("/v1/metrics", Buffer.alloc(0), { "content-type": "application/x-protobuf" });
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
    const answer = await telemetry.post("/v1/metrics", metricsOf({ "service.name": "odd\u0000name" }, odd));
    expect(JSON.parse(answer.body).partialSuccess).toMatchObject({ rejectedDataPoints: "2" });
    const late = {
      name: "late",
      gauge: { dataPoints: [{ timeUnixNano: at, startTimeUnixNano: "1e300", asDouble: 1 }] },
    };
    expect((await telemetry.post("/v1/metrics", metricsOf({}, [late]))).status).toBe(400);
    const span = tracesOf({ "service.name": "odd" }, [
      { traceId: newTraceId(), startAt: Date.now() - 500, milliseconds: 1 },
    ]);
    const status = JSON.stringify(span).replace('"status":{}', '"status":{"code":123456789}');
    expect(await telemetry.post("/v1/traces", status)).toMatchObject({ status: 200, body: "{}" });
  });

  it("says how many items it refused and why, and takes the rest", async () => {
    const startAt = Date.now() - 1_000;
    const spans = [
      { traceId: newTraceId(), startAt, milliseconds: 5 },
      { traceId: newTraceId(), startAt: startAt - 40 * 86_400_000, milliseconds: 5 },
    ];
    const answer = await telemetry.post("/v1/traces", tracesOf({ "service.name": "partial" }, spans));
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toEqual({
      partialSuccess: { rejectedSpans: "1", errorMessage: "1 × older than what is kept here" },
    });
  });
});

it("what senders did not mean to send is in no table", async () => {
  // Made up at run time, so that nothing in this repository looks like a secret to those who scan it.
  const secret = ["hunter", Date.now(), "Zq"].join("");
  const at = nanos(Date.now() - 500);
  const resource = { "service.name": "careless", "process.command_args": `serve --password ${secret}` };
  const called = {
    "url.full": `https://u:${secret}@api.example/x`,
    "http.request.header.authorization": `Bearer ${secret}`,
  };
  const point = {
    timeUnixNano: at,
    asDouble: 1,
    attributes: [{ key: "query", value: { stringValue: `token=${secret}` } }],
  };
  const line = { timeUnixNano: at, severityNumber: 17, body: { stringValue: `login failed, password=${secret}` } };
  const sent = [
    telemetry.post(
      "/v1/traces",
      tracesOf(resource, [{ traceId: newTraceId(), startAt: Date.now() - 500, milliseconds: 5, attributes: called }]),
    ),
    telemetry.post("/v1/metrics", metricsOf(resource, [{ name: "calls", gauge: { dataPoints: [point] } }])),
    telemetry.post("/v1/logs", logsOf(resource, [line])),
  ];
  for (const answer of await Promise.all(sent)) expect(answer).toMatchObject({ status: 200, body: "{}" });
  await telemetry.restart();
  const tables = await telemetry.database.query<{ name: string }>(
    "select c.oid::regclass::text as name from pg_class c where c.relkind in ('r', 'p') and c.relnamespace = current_schema()::regnamespace",
  );
  const holding: string[] = [];
  let careless = 0;
  for (const { name } of tables) {
    const [row] = await telemetry.database.query<{ secrets: number; redacted: number }>(
      `select count(*) filter (where t::text like $1) as secrets, count(*) filter (where t::text like '%[redacted]%') as redacted from ${name} t`,
      [`%${secret}%`],
    );
    if ((row?.secrets ?? 0) > 0) holding.push(name);
    careless += row?.redacted ?? 0;
  }
  expect(holding).toEqual([]);
  expect(careless).toBeGreaterThanOrEqual(4); // resource, span, series, line: seen, and cleaned
});

describe("stop and start", () => {
  it("finds names and roll-ups again, and gives no number twice", async () => {
    await telemetry.restart();
    const traceId = newTraceId();
    const answer = await telemetry.post(
      "/v1/traces",
      tracesOf({ "service.name": "after" }, [{ traceId, startAt: Date.now() - 100, milliseconds: 50 }]),
    );
    expect(answer).toMatchObject({ status: 200, body: "{}" });
    const [row] = await telemetry.database.query<{ twice: number }>(
      "select count(*) - count(distinct id) as twice from operations",
    );
    expect(row?.twice).toBe(0);
  });

  it("lets only one write at a time", async () => {
    await expect(telemetry.startAnother()).rejects.toMatchObject({
      code: "MW_BUSY",
    });
  }, 20_000);
});
