/** A shop as most are watched: Prometheus scrapes and evaluates rules, Alertmanager posts to midwatch, which has nothing else. */
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { connectMidwatch, type MidwatchView } from "../lab/trial/midwatch-view.ts";
import { type Peer, startAlertmanager, startPrometheus } from "../src/integrations/testing/real-peers.ts";
import { eventually } from "../tools/eventually.ts";
import { startChild } from "./children.ts";

type Cause = { entity: string; faultClass: string; probability: number };

/** `unmapped`: what the answer says could not be seen, because no metric tells it. */
type Answer = { title: string; causes: Cause[]; unmapped: string[] };

export type Watched = {
  prometheus: Peer;
  /** Resolves when every target was scraped for a minute: there is something to call usual. */
  awaitHistory(): Promise<void>;
  /** Resolves when midwatch is ready. */
  startMidwatch(): Promise<void>;
  /** Concluded answers to what began since then, as soon as one of them leads with the right cause; else the last ones. */
  awaitCause(since: number, isRight: (cause: Cause) => boolean): Promise<{ isRight: boolean; answers: Answer[] }>;
  /** Resolves when no incident is open any more. */
  awaitRest(): Promise<void>;
  /** Concepts that midwatch says it can read here. */
  mappedConcepts(): Promise<string[]>;
  stop(): Promise<void>;
};

type Settings = {
  directory: string;
  /** Where Prometheus asks for its targets, and the token for it. */
  targetsUrl: string;
  token: string | undefined;
  rules: string;
};

const historySamples = 20; // at one scrape every three seconds: a minute
const answerMilliseconds = 90_000;
const restSeconds = 180;

export async function startWatched({ directory, targetsUrl, token, rules }: Settings): Promise<Watched> {
  mkdirSync(directory, { recursive: true });
  const data = path.join(directory, "midwatch");
  const senderToken = randomBytes(24).toString("base64url");
  // Held until midwatch needs it: minutes pass, and others look for free ports too.
  const held = await holdPort();
  const stops: (() => Promise<void>)[] = [held.release];
  const stop = async () => {
    for (const one of stops.splice(0).toReversed()) await one();
  };
  try {
    const alertmanager = await startAlertmanager(alertmanagerFile(held.port, senderToken));
    stops.push(alertmanager.stop);
    const prometheus = await startPrometheus({
      configuration: prometheusFile(new URL(alertmanager.url).host, targetsUrl, token),
      files: { "rules.yml": rules },
    });
    stops.push(prometheus.stop);
    const midwatch = connectMidwatch(data);
    return {
      prometheus,
      stop,
      awaitHistory: async () => {
        const query = "min(count_over_time(up[10m]))";
        await eventually(
          "there is history",
          150,
          async () => (await readNumber(prometheus.url, query)) >= historySamples,
        );
      },
      startMidwatch: async () => {
        const config = path.join(directory, "midwatch.yaml");
        writeFileSync(config, midwatchFile(prometheus.url, alertmanager.url, senderToken));
        const serve = ["--data", data, "serve", "--config", config, "--port", String(held.port)];
        await held.release();
        const child = startChild("midwatch", "cli.js", serve, { directory });
        stops.push(child.stop);
        await child.says(/^Ready: /);
      },
      awaitRest: async () => {
        await eventually("incidents are over", restSeconds, async () => (await midwatch.open()).length === 0);
      },
      awaitCause: (since, isRight) => awaitCause(midwatch, since, isRight),
      mappedConcepts: async () => {
        const { sees } = await midwatch.test("prometheus/metrics");
        return /concepts: (.*)/.exec(sees.join("\n"))?.[1]?.split(", ") ?? [];
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function awaitCause(
  midwatch: MidwatchView,
  since: number,
  isRight: (cause: Cause) => boolean,
): ReturnType<Watched["awaitCause"]> {
  const deadline = Date.now() + answerMilliseconds;
  for (;;) {
    const answers: Answer[] = [];
    for (const { id, title } of await midwatch.openedSince(since)) {
      const { look, unmapped } = await midwatch.see(id, since);
      if (look.isConcluded) answers.push({ title, causes: look.causes.slice(0, 3), unmapped });
    }
    const right = answers.filter(({ causes: [lead] }) => lead !== undefined && isRight(lead));
    if (right.length > 0) return { isRight: true, answers: right };
    if (Date.now() > deadline) return { isRight: false, answers };
    await pause();
  }
}

/** A port on which nobody answers anything but "not yet". */
async function holdPort(): Promise<{ port: number; release(): Promise<void> }> {
  const server = createServer((_request, response) => response.writeHead(503).end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    release: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function readNumber(url: string, query: string): Promise<number> {
  const answer = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(query)}`);
  const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
  return Number(data.result[0]?.value[1] ?? 0);
}

const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 500));

/** The route and receiver of docs/guides/prometheus.md; nobody else is told here. */
const alertmanagerFile = (port: number, token: string) => `route:
  receiver: midwatch
  group_by: [alertname]
  group_wait: 1s
  group_interval: 2s
receivers:
  - name: midwatch
    webhook_configs:
      - url: http://127.0.0.1:${port}/api/v1/intake/alertmanager
        send_resolved: true
        http_config:
          authorization: { credentials: ${token} }
`;

const prometheusFile = (alertmanagerHost: string, targetsUrl: string, token: string | undefined) => `global:
  scrape_interval: 3s
  scrape_timeout: 3s
  evaluation_interval: 2s
alerting:
  alertmanagers: [{ static_configs: [{ targets: ["${alertmanagerHost}"] }] }]
rule_files: [rules.yml]
scrape_configs:
  - job_name: shop
    http_sd_configs:
      - url: ${targetsUrl}
        refresh_interval: 5s
${token === undefined ? "" : `        authorization: { type: Bearer, credentials: ${token} }\n`}`;

/** No telemetry of its own; the pace is a lab's, which lives faster than production. */
const midwatchFile = (prometheusUrl: string, alertmanagerUrl: string, token: string) => `telemetry: { isOn: false }
intake: { senders: [{ name: alerts, token: ${token} }] }
connections:
  - { name: metrics, type: prometheus, url: "${prometheusUrl}" }
  - { name: alerts, type: alertmanager, url: "${alertmanagerUrl}", prometheus: prometheus/metrics }
pace:
  lookBackSeconds: 900
  onsetSlackSeconds: 30
  lookAgainSeconds: 6
exit: { quietSeconds: 15, noTrafficSeconds: 300 }
`;
