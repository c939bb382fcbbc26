import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { ConceptId } from "../../core/concept.ts";
import { startTestTelemetry, type TestTelemetry } from "../running.testing.ts";
import { entityOf, newSpanId, newTraceId, tracesOf } from "../samples.testing.ts";

let telemetry: TestTelemetry;
beforeAll(async () => {
  telemetry = await startTestTelemetry();
});
afterAll(() => telemetry.stop());

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
      await telemetry.post(
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
      await telemetry.post(
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

  async function meanOf(concept: ConceptId, entity: typeof web, statistic: "mean" | "p95" | "sum" = "mean") {
    const answer = await telemetry.connection().metrics.readSeries({
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
    const answer = await telemetry.connection().metrics.readSeries({
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
    const answer = await telemetry.connection().metrics.readSeries({
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
    const answer = await telemetry.connection().metrics.readSeries({
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
    const answer = await telemetry.connection().metrics.readSeries({
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
    const { discovery } = telemetry.connection();
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
