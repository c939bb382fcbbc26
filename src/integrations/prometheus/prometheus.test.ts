import { describe, expect, it } from "vitest";
import type { Entity } from "../../core/entity.ts";
import { nodeDependencies } from "../http/http-config.ts";
import { integrationContract } from "../testing/contract.ts";
import { startFakeServer } from "../testing/fake-server.ts";
import { connectPrometheus, prometheusConfig } from "./prometheus.ts";

const entities: Entity[] = ["cart", "pay"].map((name) => ({
  id: name,
  kind: "service",
  name,
  environment: "lab",
  attributes: {},
  business: null,
}));
const window = { from: 1_700_000_000_000, to: 1_700_000_600_000 };
const success = (data: unknown, more: object = {}) => ({ status: "success", data, ...more });

function answerTo(
  path: string,
  values: [number, string][] = [
    [1_700_000_120, "2.5"],
    [1_700_000_180, "NaN"],
  ],
): unknown {
  switch (path) {
    case "/api/v1/label/__name__/values":
      return success(["http_requests_total"]);
    case "/api/v1/metadata":
      return success({ http_requests_total: [{ type: "counter", unit: "" }] });
    case "/api/v1/targets":
      return success({ activeTargets: [{ scrapeInterval: "5s" }] });
    case "/api/v1/query":
      return success({
        resultType: "vector",
        result: [{ metric: { __name__: "http_requests_total" }, value: [1, "2"] }],
      });
    case "/api/v1/series":
      return success([
        { __name__: "http_requests_total", job: "cart", code: "200" },
        { __name__: "http_requests_total", job: "pay", code: "500" },
      ]);
    case "/api/v1/query_range":
      return success({
        resultType: "matrix",
        result: values.length === 0 ? [] : [{ metric: { job: "cart" }, values }],
      });
    default:
      return success({ groups: [], alerts: [] });
  }
}

const secret = "a-token-that-nobody-should-see";
const configure = (url: string, more: object = {}) =>
  prometheusConfig.parse({ name: "main", type: "prometheus", url, bearerToken: secret, timeoutSeconds: 2, ...more });
const ask = (connection: ReturnType<typeof connectPrometheus>, among = entities.slice(0, 1)) =>
  connection.metrics!.readSeries({
    concept: "request.rate",
    entities: among,
    statistic: "mean",
    keep: [],
    stepSeconds: 60,
    window,
  });

integrationContract({
  name: "prometheus",
  secret,
  connect: (url, dependencies) => connectPrometheus(configure(url), dependencies),
  ask: (connection) => ask(connection as ReturnType<typeof connectPrometheus>),
  full: (path) => answerTo(path),
  empty: (path) => answerTo(path, []),
  partial: (path) => ({
    body: { ...(answerTo(path) as object), warnings: path.endsWith("query_range") ? ["one store was not there"] : [] },
  }),
});

describe("a Prometheus that does what servers do", () => {
  const withServer = async (
    answer: Parameters<typeof startFakeServer>[0],
    test: (
      connection: ReturnType<typeof connectPrometheus>,
      seen: Awaited<ReturnType<typeof startFakeServer>>["seen"],
    ) => Promise<void>,
    more: object = {},
  ) => {
    const server = await startFakeServer(answer);
    try {
      await test(
        connectPrometheus(configure(server.url, more), {
          ...nodeDependencies(),
          sleep: async () => {},
          now: () => window.to,
        }),
        server.seen,
      );
    } finally {
      await server.stop();
    }
  };

  it("asks for both services at once, on whole minutes, and reads NaN and missing steps as no number", () =>
    withServer(
      ({ path }) => ({ body: answerTo(path) }),
      async (connection, seen) => {
        const answer = await ask(connection, entities);
        const ranges = seen.filter(({ path }) => path === "/api/v1/query_range");
        expect(ranges).toHaveLength(1);
        expect(ranges[0]?.parameters.get("query")).toContain('job=~"cart|pay"');
        expect(answer.body).toHaveLength(1);
        expect(answer.body?.[0]).toMatchObject({ entityId: "cart", startAt: 1_699_999_980_000, stepSeconds: 60 });
        expect(answer.body?.[0]?.values.slice(0, 4)).toEqual([null, 2.5, null, null]);
        expect(answer.gaps).toEqual([{ entityId: "pay", status: "empty", why: "no samples in the window" }]);
        expect(answer.link).toContain("/graph?g0.expr=");
      },
    ));

  it("asks in parts when the server says that it is too much", () =>
    withServer(
      ({ path, parameters }) => {
        const span = Number(parameters.get("end")) - Number(parameters.get("start"));
        if (path === "/api/v1/query_range" && span > 250) {
          return {
            status: 422,
            body: {
              status: "error",
              errorType: "execution",
              error: "query processing would load too many samples into memory in query execution",
            },
          };
        }
        const at = Number(parameters.get("start"));
        return { body: answerTo(path, [[at, "1"]]) };
      },
      async (connection) => {
        const answer = await ask(connection);
        expect(answer.status).toBe("data");
        expect(answer.body?.[0]?.values.filter((value) => value !== null)).toHaveLength(2);
      },
    ));

  it("gives what it got when the server finds even the parts too much", () =>
    withServer(
      ({ path, parameters }) => {
        if (path === "/api/v1/query_range" && Number(parameters.get("start")) < 1_700_000_300)
          return {
            status: 503,
            body: { status: "error", errorType: "timeout", error: "query timed out in query execution" },
          };
        return { body: answerTo(path, [[1_700_000_520, "1"]]) };
      },
      async (connection) => {
        const answer = await ask(connection);
        expect(answer.status).toBe("partial");
        expect(answer.why).toContain("timed out");
      },
    ));

  it("stops asking when the minute's budget is spent, and says so", () =>
    withServer(
      ({ path }) => ({ body: answerTo(path) }),
      async (connection, seen) => {
        for (let repeat = 0; repeat < 10; repeat += 1) await ask(connection);
        const last = await ask(connection);
        expect(last.status).toBe("failed");
        expect(last.why).toContain("12 questions");
        expect(seen).toHaveLength(12);
      },
      { callsPerMinute: 12 },
    ));

  it("never asks more at once than it may", async () => {
    let inside = 0;
    let most = 0;
    await withServer(
      async ({ path }) => {
        inside += 1;
        most = Math.max(most, inside);
        await new Promise((resolve) => setTimeout(resolve, 10));
        inside -= 1;
        return { body: answerTo(path) };
      },
      async (connection) => {
        await Promise.all(Array.from({ length: 12 }, () => ask(connection)));
        expect(most).toBe(2);
      },
      { callsAtOnce: 2 },
    );
  });

  it("a line by a person stands above what was discovered", () =>
    withServer(
      ({ path }) => ({ body: answerTo(path) }),
      async (connection, seen) => {
        await ask(connection);
        expect(seen.find(({ path }) => path === "/api/v1/query_range")?.parameters.get("query")).toContain(
          "frobnications_total",
        );
      },
      {
        signals: [
          { concept: "request.rate", metric: "frobnications_total", form: "counter-rate", entityLabels: ["job"] },
        ],
      },
    ));
});
