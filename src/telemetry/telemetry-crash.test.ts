import { fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openEmptyTestDatabase, type TestDatabase } from "../store/testing.ts";
import { testTelemetrySettings } from "./running.testing.ts";
import { newTraceId, tracesOf } from "./samples.testing.ts";
import type { TelemetrySettings } from "./settings.ts";
import { startTelemetryThread } from "./telemetry-thread.ts";

let database: TestDatabase;
let settings: TelemetrySettings;
const here = path.dirname(fileURLToPath(import.meta.url));
// Beside node_modules, so that the bundle finds its packages.
const bundles = path.join(here, "..", "..", "node_modules", ".midwatch-telemetry-test");

beforeAll(async () => {
  database = await openEmptyTestDatabase();
  settings = testTelemetrySettings(database);
  const entryPoints = {
    worker: path.join(here, "telemetry-worker.ts"),
    victim: path.join(here, "telemetry-victim.testing.ts"),
  };
  await build({
    entryPoints,
    outdir: bundles,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
    logLevel: "error",
  });
});
afterAll(() => database.drop());

async function send(port: number, count: number): Promise<void> {
  const now = Date.now();
  const spans = Array.from({ length: count }, () => ({ traceId: newTraceId(), startAt: now - 50, milliseconds: 40 }));
  const response = await fetch(`http://127.0.0.1:${port}/v1/traces`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: "Bearer secret" },
    body: JSON.stringify(tracesOf({ "service.name": "kept" }, spans)),
  });
  expect([response.status, await response.text()]).toEqual([200, "{}"]);
}

it("counts every acknowledged span once, killed before the roll-ups were written", async () => {
  const victim = fork(path.join(bundles, "victim.mjs"), [JSON.stringify(settings)]);
  const [port] = (await once(victim, "message")) as [number];
  for (let round = 0; round < 5; round++) await send(port, 20);
  victim.kill("SIGKILL");
  await once(victim, "exit");
  const thread = await startTelemetryThread(path.join(bundles, "worker.mjs"), settings, {
    onAlerts: () => {},
    log: () => {},
  });
  await send(thread.port, 7);
  expect((await thread.state()).counters["spans"]).toBe(7);
  await thread.stop();
  const [row] = await database.query<{ spans: number; counted: number; own: number }>(
    `select (select count(*) from spans) as spans, (select sum(count) from rollups where measure = 0) as counted,
            (select sum(count) from rollups where measure = 1) as own`,
  );
  expect(row).toEqual({ spans: 107, counted: 107, own: 107 });
});
