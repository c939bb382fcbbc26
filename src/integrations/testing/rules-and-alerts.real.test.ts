import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readIncoming } from "../../formats/read-incoming.ts";
import { findSameAlerts } from "../../formats/same-alert.ts";
import { alertmanagerConfig, connectAlertmanager, signalFromExpression } from "../alertmanager/alertmanager.ts";
import { nodeDependencies } from "../http/http-config.ts";
import { connectPrometheus, type PrometheusConnection, prometheusConfig } from "../prometheus/prometheus.ts";
import { missingProgram, type Peer, startAlertmanager, startPrometheus } from "./real-peers.ts";

const reason = missingProgram("prometheus", "promtool", "prometheus-alertmanager");

/** Expressions as people write them, and such as no server takes. */
const expressions: [string, "taken" | "refused"][] = [
  [
    'sum by (job) (rate(http_requests_total{code=~"5.."}[5m])) / sum by (job) (rate(http_requests_total[5m])) > 0.05',
    "taken",
  ],
  ["histogram_quantile(0.99, sum by (le, job) (rate(request_seconds_bucket[10m]))) > 0.8", "taken"],
  [
    'predict_linear(node_filesystem_avail_bytes{fstype!~"tmpfs|overlay"}[6h], 24*60*60) < 0 and ON (instance) node_filesystem_readonly == 0',
    "taken",
  ],
  ["(time() - process_start_time_seconds) < 300 unless on (job) up offset 1h", "taken"],
  ['label_replace(up, "x", "$1", "instance", "(.*):.*") == 0', "taken"],
  ["max_over_time(deriv(foo[5m])[30m:1m]) > 1", "taken"],
  ['absent(up{job="nobody"})', "taken"],
  ["{{ $labels.job }} > 1", "refused"],
  ["rate(http_requests_total[$__rate_interval])", "refused"],
  ["sum by (job (up)", "refused"],
  ["", "refused"],
];

describe.skipIf(reason !== null)("a real Prometheus with rules, and a real Alertmanager", () => {
  let prometheus: Peer;
  let alertmanager: Peer;
  let receiver: Server;
  let connection: PrometheusConnection;
  const posted: unknown[] = [];

  beforeAll(async () => {
    receiver = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        posted.push(JSON.parse(Buffer.concat(chunks).toString("utf8")));
        response.end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
    const { port } = receiver.address() as AddressInfo;
    alertmanager = await startAlertmanager(
      `route: { receiver: midwatch, group_wait: 0s, group_interval: 1s }\nreceivers: [{ name: midwatch, webhook_configs: [{ url: "http://127.0.0.1:${port}/", send_resolved: true }] }]\n`,
    );
    prometheus = await startPrometheus({
      configuration: `global: { scrape_interval: 1s, evaluation_interval: 1s, external_labels: { cluster: eu } }
alerting: { alertmanagers: [{ static_configs: [{ targets: ["${new URL(alertmanager.url).host}"] }] }] }
rule_files: [rules.yml]
scrape_configs: [{ job_name: cart, static_configs: [{ targets: ["127.0.0.1:1"] }] }]
`,
      files: {
        "rules.yml": `groups:
  - name: shop
    rules:
      - alert: InstanceDown
        expr: up == 0
        for: 2s
        labels: { severity: page }
        annotations: { summary: "{{ $labels.job }} is down" }
`,
      },
    });
    const config = prometheusConfig.parse({ name: "main", type: "prometheus", url: prometheus.url });
    connection = connectPrometheus(config, nodeDependencies());
  });
  afterAll(async () => {
    await prometheus?.stop();
    await alertmanager?.stop();
    await new Promise((resolve) => (receiver ? receiver.close(resolve) : resolve(null)));
  });

  const eventually = async <Found>(look: () => Promise<Found | null>): Promise<Found> => {
    for (let attempt = 0; attempt < 150; attempt += 1) {
      const found = await look();
      if (found !== null) return found;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw new Error("it did not happen within 30 s");
  };

  it.each(expressions)("a native signal is asked verbatim: %s is %s", async (query, expected) => {
    const now = Date.now();
    const answer = await connection.metrics!.readNativeSignal!({
      signal: { id: "s", connection: "prometheus/main", query, origin: { kind: "rule", name: "r", url: null } },
      stepSeconds: 15,
      window: { from: now - 600_000, to: now },
    });
    expect(answer.query).toBe(query);
    if (expected === "taken") expect(["data", "empty"]).toContain(answer.status);
    else expect(answer).toMatchObject({ status: "failed", body: null });
  });

  it("what fires is pulled, with the rule's expression as its signal, and can be asked for again", async () => {
    const item = await eventually(async () => (await connection.alerts!.readFiring()).body?.[0]?.item ?? null);
    expect(item).toMatchObject({
      source: "prometheus/main",
      title: "cart is down",
      severity: "critical",
      concept: "up",
      signal: { query: "up == 0", origin: { kind: "rule", name: "InstanceDown" } },
    });
    const now = Date.now();
    const again = await connection.metrics!.readNativeSignal!({
      signal: item.signal!,
      stepSeconds: 1,
      window: { from: now - 120_000, to: now },
    });
    expect(again.body?.[0]?.labels["job"]).toBe("cart");
  });

  it("what fired before is told from ALERTS", async () => {
    const past = await eventually(async () => {
      const answer = await connection.alerts!.readPast!({
        window: { from: Date.now() - 300_000, to: Date.now() + 60_000 },
      });
      return answer.body && answer.body.length > 0 ? answer.body : null;
    });
    expect(past[0]).toMatchObject({ rule: "InstanceDown", severity: "page" });
  });

  it("what Alertmanager posts, what it answers and what Prometheus answers is the same alert", async () => {
    const payload = await eventually(async () => posted[0] ?? null);
    const reading = readIncoming(payload, {
      source: "alertmanager/main",
      receivedAt: Date.now(),
      findSignal: signalFromExpression("prometheus/main"),
    });
    const pushed = reading.kind === "read" ? reading.items[0]! : null;
    const twin = connectAlertmanager(
      alertmanagerConfig.parse({
        name: "main",
        type: "alertmanager",
        url: alertmanager.url,
        prometheus: "prometheus/main",
      }),
      nodeDependencies(),
    );
    const pulled = (await twin.alerts!.readFiring()).body?.[0]?.item;
    const evaluated = (await connection.alerts!.readFiring()).body?.[0]?.item;
    expect(pushed?.signal?.query).toBe("up == 0");
    expect(pulled?.fingerprint).toBe(pushed?.fingerprint);
    expect(pulled?.id).toBe(pushed?.id);
    expect(evaluated?.startsAt).toBeLessThan(pushed!.startsAt);
    expect(evaluated?.fingerprint).not.toBe(pushed?.fingerprint);
    expect(findSameAlerts([pushed!])(evaluated!)).toEqual([pushed]);
    expect((await twin.check()).state).toBe("ready");
  });
});
