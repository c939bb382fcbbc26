import { parentPort, workerData } from "node:worker_threads";
import type { IncomingItem } from "../core/item.ts";
import type { SignalMap } from "../core/signal-map.ts";
import type { TelemetrySettings } from "./settings.ts";
import { startTelemetry, type TelemetryState } from "./telemetry-service.ts";

/** To the worker. */
export type ToTelemetry = { kind: "signal-map"; map: SignalMap } | { kind: "state"; id: number } | { kind: "stop" };

/** From the worker. `ready` or `failed` comes first, once. */
export type FromTelemetry =
  | { kind: "ready"; port: number }
  | { kind: "failed"; code: string | null; message: string; details: Record<string, string | number> }
  | { kind: "alerts"; items: IncomingItem[] }
  | { kind: "log"; sentence: string }
  | { kind: "state"; id: number; state: TelemetryState }
  | { kind: "stopped" };

/** Entry of the worker thread: telemetry never shares an event loop with intake of alerts or the kill switch. */
async function main(): Promise<void> {
  const port = parentPort;
  if (!port) return; // imported by something that is no worker
  const say = (message: FromTelemetry) => port.postMessage(message);
  try {
    const service = await startTelemetry(workerData as TelemetrySettings, {
      onAlerts: (items) => say({ kind: "alerts", items }),
      log: (sentence) => say({ kind: "log", sentence }),
    });
    port.on("message", (message: ToTelemetry) => {
      if (message.kind === "signal-map") service.setSignalMap(message.map);
      else if (message.kind === "state") say({ kind: "state", id: message.id, state: service.state() });
      else {
        service
          .stop()
          .catch((error: unknown) => say({ kind: "log", sentence: `Telemetry did not stop in order: ${error}` }))
          .finally(() => {
            say({ kind: "stopped" });
            port.close();
          });
      }
    });
    say({ kind: "ready", port: service.port });
  } catch (error) {
    const thrown = error as { code?: unknown; message?: unknown; details?: Record<string, string | number> };
    say({
      kind: "failed",
      code: typeof thrown.code === "string" ? thrown.code : null,
      message: String(thrown.message ?? error),
      details: thrown.details ?? {},
    });
    port.close();
  }
}

void main();
