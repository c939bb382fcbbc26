import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openEmptyTestDatabase, type TestDatabase } from "../store/testing.ts";
import { defaultLimits, defaultRetention, defaultTraces, type RetentionSettings } from "./settings.ts";
import { startTelemetry, type TelemetryService } from "./telemetry-service.ts";

const here = path.dirname(fileURLToPath(import.meta.url));
const fixtures = path.join(here, "fixtures", "otlp");
/** Requests as their senders send them; a larger collection lies beside the checkout of who has it. */
const collections = [fixtures, path.resolve(here, "../../../shared/real/3-otlp")].filter((folder) =>
  existsSync(folder),
);
const samples = collections.flatMap((folder) =>
  (readdirSync(folder, { recursive: true }) as string[])
    .filter((name) => /\.(json|binpb)$/.test(name))
    .map((name) => path.join(folder, name)),
);
/** The oldest of them is of 2001. */
const longEnough = 24 * 366 * 40;

let database: TestDatabase;
let service: TelemetryService;
async function start(retention: RetentionSettings): Promise<void> {
  database = await openEmptyTestDatabase();
  service = await startTelemetry(
    {
      connection: database.url,
      host: "127.0.0.1",
      port: 0,
      senders: [{ name: "test", token: "secret" }],
      retention,
      limits: defaultLimits,
      traces: defaultTraces,
      rules: null,
      evaluateEverySeconds: 5,
    },
    { onAlerts: () => {}, log: () => {} },
  );
}
async function stop(): Promise<void> {
  await service?.stop();
  await database?.drop();
}

/** Status, and the answer's body: empty, or what was refused. */
async function send(file: string): Promise<{ status: number; body: string }> {
  const bytes = readFileSync(file);
  const isBinary = file.endsWith(".binpb");
  const text = isBinary ? "" : bytes.toString("utf8");
  const kind = text.includes("resourceSpans") ? "traces" : text.includes("resourceLogs") ? "logs" : "metrics";
  const response = await fetch(`http://127.0.0.1:${service.port}/v1/${kind}`, {
    method: "POST",
    headers: {
      "content-type": isBinary ? "application/x-protobuf" : "application/json",
      authorization: "Bearer secret",
    },
    body: bytes,
  });
  return { status: response.status, body: await response.text() };
}

describe("requests of other senders, where their time is kept", () => {
  beforeAll(() => start({ ...defaultRetention, hours: longEnough, rawHours: longEnough }), 120_000);
  afterAll(stop);

  it("are taken wholly: histograms of all kinds, summaries, stale points, the fields of OTLP 0.7", async () => {
    for (const file of samples) {
      const { status, body } = await send(file);
      expect([status, body], file).toEqual([200, file.endsWith(".binpb") ? "" : "{}"]);
    }
  }, 120_000);

  it("keep their labels also where these stand in the field of OTLP 0.7", async () => {
    for (const file of samples.filter((name) => name.startsWith(fixtures) && name.endsWith(".binpb"))) await send(file);
    const series = await database.query<{ metric: string; kind: string }>(
      `select metric, kind from series where attributes @> '{"host": "server-01", "region": "us-east-1"}' order by metric`,
    );
    expect(series).toEqual([
      { metric: "cpu.double_gauge", kind: "gauge" },
      { metric: "cpu.int_gauge", kind: "gauge" },
      { metric: "http.server.duration.double", kind: "histogram" },
      { metric: "http.server.duration.sparse", kind: "histogram" },
      { metric: "http.server.duration.summary", kind: "summary" },
    ]);
  });
});

describe("requests of other senders, long after what is kept", () => {
  beforeAll(() => start(defaultRetention), 120_000);
  afterAll(stop);

  it("are refused item by item, with the number and the reason", async () => {
    const answers: Record<string, unknown> = {};
    for (const name of ["metrics.json", "traces.json", "logs.json"]) {
      const { status, body } = await send(path.join(fixtures, name));
      answers[name] = [status, (JSON.parse(body) as { partialSuccess: object }).partialSuccess];
    }
    const errorMessage = (count: number) => `${count} × older than what is kept here`;
    expect(answers).toEqual({
      "metrics.json": [200, { rejectedDataPoints: "4", errorMessage: errorMessage(4) }],
      "traces.json": [200, { rejectedSpans: "1", errorMessage: errorMessage(1) }],
      "logs.json": [200, { rejectedLogRecords: "5", errorMessage: errorMessage(5) }],
    });
  });
});
