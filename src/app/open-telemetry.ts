import type { IncomingItem } from "../core/item.ts";
import type { MetricInventoryEntry, SignalMap } from "../core/signal-map.ts";
import type { Instant } from "../core/window.ts";
import { openDatabase } from "../store/database.ts";
import { defaultRules } from "../telemetry/rules/rule-settings.ts";
import { defaultLimits, defaultRetention, defaultTraces } from "../telemetry/settings.ts";
import { createTelemetryConnection, type TelemetryConnection } from "../telemetry/telemetry-connection.ts";
import { startTelemetryThread } from "../telemetry/telemetry-thread.ts";
import type { Config } from "./config/config-schema.ts";
import { workerUrl } from "./worker-url.ts";

export type Telemetry = {
  connection: TelemetryConnection;
  refreshSignalMap(): Promise<void>;
  /** When the first of what is sent here was seen; null before that. */
  historySince(): Promise<Instant | null>;
  close(): Promise<void>;
};

type OpenTelemetrySettings = {
  config: Config["telemetry"];
  connectionUrl: () => Promise<string>;
  discoverSignalMap: (connection: string, inventory: MetricInventoryEntry[]) => SignalMap;
  /** False: another process receives, this one only reads. */
  isReceiver: boolean;
  onAlerts: (items: IncomingItem[]) => void;
  log: (sentence: string) => void;
};

/** The embedded telemetry: its receiver in a worker thread, its readers here with a pool of their own. Null: switched off. */
export async function openTelemetry({
  config,
  connectionUrl,
  discoverSignalMap,
  isReceiver,
  onAlerts,
  log,
}: OpenTelemetrySettings): Promise<Telemetry | null> {
  if (!config.isOn) return null;
  const connection = await connectionUrl();
  const { host, port, senders, retentionHours, maximumBytes, evaluateEverySeconds } = config;
  const thread = isReceiver
    ? await startTelemetryThread(
        workerUrl("telemetry"),
        {
          connection,
          host,
          port,
          senders,
          retention: { ...defaultRetention, hours: retentionHours, maximumBytes },
          limits: defaultLimits,
          traces: defaultTraces,
          rules: defaultRules,
          evaluateEverySeconds,
        },
        { onAlerts, log },
      )
    : null;
  const database = openDatabase({ connection, poolSize: 4, applicationName: "midwatch telemetry reader" });
  const address = `http://${host}:${thread?.port ?? port}`;
  const reader = createTelemetryConnection({ database, discoverSignalMap, address });
  return {
    connection: reader,
    refreshSignalMap: async () => {
      const map = await reader.refreshSignalMap();
      thread?.setSignalMap(map);
    },
    historySince: async () => {
      const [first] = await database.query<{ at: Instant | null }>("select min(first_seen_at) as at from resources");
      return first?.at ?? null;
    },
    close: async () => {
      await thread?.stop();
      await database.close();
    },
  };
}
