import type { TelemetrySettings } from "./settings.ts";
import { startTelemetry } from "./telemetry-service.ts";

/** A process of its own that ingests until it is killed. */
const settings = JSON.parse(process.argv[2] ?? "{}") as TelemetrySettings;
startTelemetry(settings, { onAlerts: () => {}, log: () => {} }).then(({ port }) => process.send?.(port));
