import { describe, expect, it } from "vitest";
import { nodeDependencies } from "../http/http-config.ts";
import { startFakeServer } from "../testing/fake-server.ts";
import { connectPrometheus, prometheusConfig } from "./prometheus.ts";

const success = (data: unknown) => ({ body: { status: "success", data } });

/** A Prometheus that scrapes these jobs, each of which tells its memory. */
function scraping(jobs: string[], path: string, query: string) {
  const names = jobs.length === 0 ? [] : ["up", "process_resident_memory_bytes"];
  switch (path) {
    case "/api/v1/label/__name__/values":
      return success(names);
    case "/api/v1/metadata":
      return success({});
    case "/api/v1/targets":
      return success({ activeTargets: [{ scrapeInterval: "15s" }] });
    case "/api/v1/series":
      return success(names.flatMap((name) => jobs.map((job) => ({ __name__: name, job, instance: `${job}:80` }))));
    default: {
      const isAsked = query.includes("up") || names.some((name) => query.includes(name));
      const result = isAsked ? jobs.map((job) => ({ metric: { job, instance: `${job}:80` }, value: [1, "1"] })) : [];
      return success({ resultType: "vector", result });
    }
  }
}

describe("what a Prometheus scrapes", () => {
  it("a job that came after the metrics were looked at is found within a minute, not when they have grown old", async () => {
    let jobs: string[] = [];
    let now = 1_700_000_000_000;
    const server = await startFakeServer(({ path, parameters }) => scraping(jobs, path, parameters.get("query") ?? ""));
    try {
      const config = prometheusConfig.parse({ name: "main", type: "prometheus", url: server.url });
      const { discovery } = connectPrometheus(config, { ...nodeDependencies(), now: () => now });
      const services = async () => {
        const { body } = await discovery!.discover({ from: now - 600_000, to: now });
        return (body ?? []).filter(({ claim }) => claim.name.kind !== "instance").map(({ claim }) => claim.name.name);
      };
      expect(await services()).toEqual([]);
      jobs = ["cart"];
      now += 40_000;
      expect(await services()).toEqual(["cart"]);
      jobs = ["cart", "pay"];
      now += 40_000;
      expect(await services()).toEqual(["cart", "pay"]);
    } finally {
      await server.stop();
    }
  });
});
