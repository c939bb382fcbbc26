import type { Connection, ConnectionReport } from "../core/capability.ts";
import type { MetricInventoryEntry, SignalMap } from "../core/signal-map.ts";
import type { Database } from "../store/database.ts";
import { createDiscoverer } from "./read/discover.ts";
import { readInventory } from "./read/inventory.ts";
import { createLogReader } from "./read/read-logs.ts";
import { createMetricsReader } from "./read/read-series.ts";

type TelemetryConnectionOptions = {
  /** The telemetry database; a pool of its own, so that ingest never waits for a reader's connection. */
  database: Database;
  /** From `src/formats`, handed in: which metric says which concept. */
  discoverSignalMap: (connection: string, inventory: MetricInventoryEntry[]) => SignalMap;
  /** Where senders send to, for `doctor`. */
  address: string;
  now?: () => number;
};

export type TelemetryConnection = Connection &
  Required<Pick<Connection, "metrics" | "logs" | "discovery">> & {
    /** Looks at what is received now and maps it anew; the last map where the database is away. */
    refreshSignalMap(): Promise<SignalMap>;
    /** Overrules what discovery found: a person's edit. Null goes back to discovery. */
    setSignalMap(map: SignalMap | null): void;
    signalMap(): SignalMap;
  };

/** Metrics that nobody sends any more are not mapped anew. */
const INVENTORY_MILLISECONDS = 24 * 3_600_000;

/** midwatch's own telemetry as a connection like any other: metrics, logs, discovery. */
export function createTelemetryConnection(options: TelemetryConnectionOptions): TelemetryConnection {
  const { database } = options;
  const name = "telemetry";
  const now = options.now ?? Date.now;
  let discovered: SignalMap = { connection: name, mappings: [], unusedMetrics: [] };
  let edited: SignalMap | null = null;
  const signalMap = () => edited ?? discovered;

  return {
    name,
    kind: "telemetry",
    destinations: [],
    metrics: createMetricsReader(database, signalMap, now),
    logs: createLogReader(database),
    discovery: createDiscoverer(database, name),
    check: () => report(database, name, options.address, now()),
    signalMap,
    setSignalMap(map) {
      edited = map;
    },
    async refreshSignalMap() {
      try {
        discovered = options.discoverSignalMap(name, await readInventory(database, now() - INVENTORY_MILLISECONDS));
      } catch {
        // the database is away: what was known stays
      }
      return signalMap();
    },
  };
}

async function report(database: Database, name: string, address: string, now: number): Promise<ConnectionReport> {
  const kind = "telemetry";
  try {
    const [row] = await database.query<{ services: number; spans: number; series: number; templates: number }>(
      `select (select count(distinct service) from resources where last_seen_at >= $1) as services,
              (select count(*) from operations o join resources r on r.id = o.resource_id where r.last_seen_at >= $1) as spans,
              (select count(*) from series where last_seen_at >= $1) as series,
              (select count(*) from templates) as templates`,
      [now - 600_000],
    );
    const sees: string[] = [];
    const lacks: ConnectionReport["lacks"] = [];
    const send = `Set OTEL_EXPORTER_OTLP_ENDPOINT=${address} and OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20<token>.`;
    const tell = (count: number, what: string) => {
      if (count > 0) sees.push(`${count} ${what}`);
      else lacks.push({ what: `no ${what}`, wayOut: send });
    };
    tell(row?.services ?? 0, "services that sent something in the last 10 minutes");
    tell(row?.spans ?? 0, "kinds of requests and calls in traces");
    tell(row?.series ?? 0, "metric series");
    tell(row?.templates ?? 0, "log templates");
    return { name, kind, state: lacks.length === 0 ? "ready" : "limited", sees, lacks };
  } catch (error) {
    const wayOut = "Check that the telemetry database runs; midwatch makes it anew when it is empty.";
    return {
      name,
      kind,
      state: "unreachable",
      sees: [],
      lacks: [{ what: error instanceof Error ? error.message : String(error), wayOut }],
    };
  }
}
