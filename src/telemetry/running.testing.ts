import type { Connection } from "../core/capability.ts";
import type { SignalMap } from "../core/signal-map.ts";
import { openEmptyTestDatabase, type TestDatabase } from "../store/testing.ts";
import { defaultLimits, defaultRetention, defaultTraces, type TelemetrySettings } from "./settings.ts";
import { createTelemetryConnection } from "./telemetry-connection.ts";
import { startTelemetry } from "./telemetry-service.ts";

type Answer = { status: number; body: string; headers: Headers };

/** On any free port, for one sender; without rules. */
export function testTelemetrySettings(database: TestDatabase): TelemetrySettings {
  return {
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
}

/** The receiver on a database of its own, as a sender and as the observe door see it. */
export async function startTestTelemetry() {
  const database = await openEmptyTestDatabase();
  const settings = testTelemetrySettings(database);
  const start = () => startTelemetry(settings, { onAlerts: () => {}, log: () => {} });
  let service = await start();

  return {
    database,
    /** A second one on the same database. */
    startAnother: start,
    async restart(): Promise<void> {
      await service.stop();
      service = await start();
    },
    url: (path: string) => `http://127.0.0.1:${service.port}${path}`,
    async post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
      const response = await fetch(`http://127.0.0.1:${service.port}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: "Bearer secret", ...headers },
        body: typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body),
      });
      return { status: response.status, body: await response.text(), headers: response.headers };
    },
    connection(map: SignalMap = noMap): Connection & Required<Pick<Connection, "metrics" | "logs" | "discovery">> {
      const own = createTelemetryConnection({ database, discoverSignalMap: () => map, address: "" });
      own.setSignalMap(map);
      return own;
    },
    async stop(): Promise<void> {
      await service.stop();
      await database.drop();
    },
  };
}

export type TestTelemetry = Awaited<ReturnType<typeof startTestTelemetry>>;

const noMap: SignalMap = { connection: "telemetry", mappings: [], unusedMetrics: [] };
