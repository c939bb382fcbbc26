import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ConceptId, Dimension, Statistic } from "../../core/concept.ts";
import type { Entity } from "../../core/entity.ts";
import { nodeDependencies } from "../http/http-config.ts";
import { missingProgram, type Peer, startPrometheus } from "../testing/real-peers.ts";
import { type Convention, historyIn, minutes, troubleFromMinute } from "../testing/shop-history.ts";
import { connectPrometheus, type PrometheusConnection, prometheusConfig } from "./prometheus.ts";

const reason = missingProgram("prometheus", "promtool");
const startSeconds = Math.floor(Date.now() / 1000 / 7200) * 7200 - 7200;
const window = { from: (startSeconds + 120) * 1000, to: (startSeconds + minutes * 60) * 1000 };
const trouble = { from: (startSeconds + troubleFromMinute * 60 + 120) * 1000, to: window.to };

const entity = (name: string): Entity => ({
  id: `id-${name}`,
  kind: "service",
  name,
  environment: "lab",
  attributes: {},
  business: null,
});
const everyone = [entity("web"), entity("cart"), entity("pay"), entity("nobody")];

const conventions: Convention[] = ["opentelemetry", "micrometer", "istio", "statsd", "own"];

describe.skipIf(reason !== null).each(conventions)(
  "a real Prometheus with metrics named as %s names them",
  (convention) => {
    let server: Peer;
    let connection: PrometheusConnection;

    beforeAll(async () => {
      server = await startPrometheus({ openMetrics: historyIn(convention, startSeconds) });
      const config = prometheusConfig.parse({ name: "main", type: "prometheus", url: server.url });
      connection = connectPrometheus(config, { ...nodeDependencies(), now: () => window.to });
    });
    afterAll(() => server?.stop());

    const ask = async (
      concept: ConceptId,
      options: { statistic?: Statistic; keep?: Dimension[]; during?: typeof window } = {},
    ) => {
      const { statistic = "mean", keep = [], during = trouble } = options;
      return connection.metrics!.readSeries({
        concept,
        entities: everyone,
        statistic,
        keep,
        stepSeconds: 60,
        window: during,
      });
    };
    const meanOf = (values: (number | null)[]) => {
      const known = values.filter((value): value is number => value !== null);
      return known.reduce((sum, value) => sum + value, 0) / known.length;
    };

    it("says at what rate each service is asked, in one query, and that nobody looked at the one it does not know", async () => {
      const answer = await ask("request.rate");
      const rates = Object.fromEntries(
        (answer.body ?? []).map((series) => [series.entityId, Math.round(meanOf(series.values))]),
      );
      expect(rates).toEqual({ "id-cart": 20, "id-pay": 10 });
      expect(answer.gaps.find(({ entityId }) => entityId === "id-nobody")?.status).toBe("unmapped");
      expect(answer.query?.split("\n")).toHaveLength(1);
    });

    it("sees errors where they are, and none where there are none", async () => {
      const answer = await ask("request.error_ratio");
      const ratios = Object.fromEntries((answer.body ?? []).map((series) => [series.entityId, meanOf(series.values)]));
      expect(ratios["id-pay"]).toBeCloseTo(0.1, 2);
      expect(ratios["id-cart"]).toBe(0);
    });

    it("sees the latency rise, in seconds", async () => {
      const calm = await ask("request.latency", {
        statistic: "p99",
        during: { from: window.from, to: (startSeconds + 14 * 60) * 1000 },
      });
      const hurt = await ask("request.latency", { statistic: "p99" });
      const of = (answer: typeof calm) =>
        meanOf(answer.body?.find(({ entityId }) => entityId === "id-pay")?.values ?? []);
      expect(of(calm)).toBeLessThan(0.11);
      expect(of(hurt)).toBeGreaterThan(0.5);
      expect(of(hurt)).toBeLessThan(1.1);
    });

    it("tells calls apart by the one who is called", async () => {
      const answer = await ask("call.error_ratio", { keep: ["peer"] });
      const cart = answer.body?.find(({ entityId }) => entityId === "id-cart");
      expect(cart?.dimensions.peer).toMatch(/^pay/);
      expect(meanOf(cart?.values ?? [])).toBeCloseTo(0.1, 2);
    });

    it("finds the services and who calls whom", async () => {
      const entities = await connection.discovery!.discover(window);
      const services = (entities.body ?? [])
        .filter(({ claim }) => claim.name.kind === "service")
        .map(({ claim }) => claim.name.name);
      expect(services.sort()).toEqual(["cart", "pay", "web"]);
      const edges = await connection.discovery!.discoverEdges!(window);
      const calls = (edges.body ?? [])
        .filter(({ type }) => type === "calls")
        .map(({ from, to }) => `${from["service.name"]} → ${to["service.name"]}`);
      expect(calls.sort()).toEqual(["cart → pay", "web → cart"]);
    });

    it("what no metric tells is unmapped, not empty", async () => {
      const answer = await ask("pool.in_use");
      expect(answer.status).toBe("unmapped");
      expect(answer.gaps.every(({ status }) => status === "unmapped")).toBe(true);
    });

    it("says what it sees", async () => {
      const report = await connection.check();
      expect(report.state).toBe("ready");
      const coverage = await connection.metrics!.coverage(everyone.slice(0, 3));
      expect(coverage.find(({ concept }) => concept === "request.rate")?.coveredRatio).toBeGreaterThan(0.6);
    });
  },
);
