import { Worker } from "node:worker_threads";
import { type ErrorCode, errorCodes, midwatchError } from "../core/errors.ts";
import type { SignalMap } from "../core/signal-map.ts";
import type { TelemetrySettings } from "./settings.ts";
import type { TelemetryHooks, TelemetryService, TelemetryState } from "./telemetry-service.ts";
import type { FromTelemetry, ToTelemetry } from "./telemetry-worker.ts";

/** The service in its worker thread. `state` has to be asked for, unlike in process. */
type TelemetryThread = Pick<TelemetryService, "port" | "setSignalMap" | "stop"> & {
  state(): Promise<TelemetryState>;
};

/**
 * Starts `dist/workers/telemetry.js` (`file`). A worker that dies is started again on the same port, as often as it takes,
 * with a growing pause; what it had not yet answered its senders repeat. Throws what the first start throws.
 */
export async function startTelemetryThread(
  file: URL | string,
  settings: TelemetrySettings,
  hooks: TelemetryHooks,
): Promise<TelemetryThread> {
  let isStopping = false;
  let map: SignalMap | null = null;
  let nextId = 0;
  let failures = 0;
  const asked = new Map<number, { resolve: (state: TelemetryState) => void; reject: (error: Error) => void }>();
  let current = await launch(settings);
  const port = current.port;

  async function launch(with_: TelemetrySettings): Promise<{ worker: Worker; port: number }> {
    const worker = new Worker(file, {
      workerData: with_,
      name: "telemetry",
      resourceLimits: { maxYoungGenerationSizeMb: youngMegabytes },
    });
    const started = await new Promise<number>((resolve, reject) => {
      worker.once("error", reject);
      worker.once("exit", (code) => reject(new Error(`the telemetry worker ended with ${code}`)));
      worker.on("message", (message: FromTelemetry) => {
        if (message.kind === "ready") resolve(message.port);
        else if (message.kind === "failed") reject(revived(message));
        else take(message);
      });
    });
    worker.removeAllListeners("error");
    worker.removeAllListeners("exit");
    worker.on("error", (error) => hooks.log(`The telemetry worker failed: ${error.message}`));
    worker.on("exit", () => {
      for (const { reject } of asked.values()) reject(new Error("the telemetry worker ended"));
      asked.clear();
      if (!isStopping) void relaunch();
    });
    const begun = Date.now();
    setTimeout(() => {
      if (Date.now() - begun >= 30_000) failures = 0;
    }, 30_000).unref();
    return { worker, port: started };
  }

  async function relaunch(): Promise<void> {
    const pauseMilliseconds = Math.min(30_000, 500 * 2 ** failures++);
    await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds));
    if (isStopping) return;
    try {
      current = await launch({ ...settings, port });
      if (map) send({ kind: "signal-map", map });
      hooks.log("The telemetry worker was started again.");
    } catch (error) {
      hooks.log(`The telemetry worker could not be started again: ${error instanceof Error ? error.message : error}`);
      void relaunch();
    }
  }

  function take(message: FromTelemetry): void {
    if (message.kind === "alerts") hooks.onAlerts(message.items);
    else if (message.kind === "log") hooks.log(message.sentence);
    else if (message.kind === "state") {
      asked.get(message.id)?.resolve(message.state);
      asked.delete(message.id);
    }
  }

  function send(message: ToTelemetry): void {
    current.worker.postMessage(message);
  }

  return {
    port,
    setSignalMap(next) {
      map = next;
      send({ kind: "signal-map", map: next });
    },
    state: () =>
      new Promise((resolve, reject) => {
        const id = nextId++;
        asked.set(id, { resolve, reject });
        send({ kind: "state", id });
      }),
    async stop() {
      isStopping = true;
      const ended = new Promise<void>((resolve) => current.worker.once("exit", () => resolve()));
      send({ kind: "stop" });
      const late = setTimeout(() => void current.worker.terminate(), 15_000);
      await ended;
      clearTimeout(late);
    },
  };
}

/**
 * What is made and dropped between two collections. Three times the engine's: a request of spans and its rows are larger
 * than a sixth of it, and what is still in use at a collection is copied; measured, a third of the thread's time.
 */
const youngMegabytes = 48;

/** Errors lose their code on the way between threads. */
function revived(message: Extract<FromTelemetry, { kind: "failed" }>): Error {
  const isOurs = errorCodes.includes(message.code as ErrorCode);
  return isOurs ? midwatchError(message.code as ErrorCode, message.details) : new Error(message.message);
}
