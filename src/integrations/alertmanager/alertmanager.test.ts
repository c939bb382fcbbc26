import { describe, expect, it } from "vitest";
import { integrationContract } from "../testing/contract.ts";
import { alertmanagerConfig, connectAlertmanager } from "./alertmanager.ts";

const secret = "a-token-that-nobody-should-see";
const alert = {
  labels: { alertname: "HighErrorRate", service: "cart", severity: "page" },
  annotations: { summary: "cart fails 7 % of its requests (threshold 5 %)" },
  startsAt: "2026-11-21T14:00:00.123456789Z",
  endsAt: "2026-11-21T14:05:00Z",
  generatorURL: "http://prometheus:9090/graph?g0.expr=rate%28errors_total%5B5m%5D%29+%3E+0.05&g0.tab=1",
  status: { state: "active", silencedBy: [], inhibitedBy: [] },
  fingerprint: "abc",
};

const connect = (url: string, dependencies: Parameters<typeof connectAlertmanager>[1]) =>
  connectAlertmanager(
    alertmanagerConfig.parse({
      name: "main",
      type: "alertmanager",
      url,
      bearerToken: secret,
      timeoutSeconds: 2,
      prometheus: "prometheus/main",
    }),
    dependencies,
  );

integrationContract({
  name: "alertmanager",
  secret,
  connect,
  ask: (connection) => connection.alerts!.readFiring(),
  full: () => [alert],
  empty: () => [],
});

describe("what Alertmanager says is firing", () => {
  it("becomes items with the signal that fired", async () => {
    const transport = async () => ({
      kind: "answered" as const,
      status: 200,
      headers: {},
      text: JSON.stringify([alert]),
    });
    const connection = connect("http://am.test:9093", {
      transport,
      now: () => Date.parse("2026-11-21T14:02:00Z"),
      sleep: async () => {},
      readFile: async () => "",
    });
    const answer = await connection.alerts!.readFiring();
    const { item, isMuted } = answer.body![0]!;
    expect(isMuted).toBe(false);
    expect(item).toMatchObject({
      source: "alertmanager/main",
      status: "firing",
      severity: "critical",
      title: "cart fails 7 % of its requests (threshold 5 %)",
      startsAt: Date.parse("2026-11-21T14:00:00.123Z"),
      endsAt: null,
      concept: "request.error_ratio",
    });
    expect(item?.mentions[0]).toBe("cart");
    expect(item?.signal).toMatchObject({ connection: "prometheus/main", query: "rate(errors_total[5m]) > 0.05" });
    expect(item?.numbers.map(({ value, role }) => [value, role])).toEqual([
      [0.07, "observed"],
      [0.05, "threshold"],
    ]);
  });
});
