import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { startPostgres } from "@midwatch/postgres";
import { build } from "esbuild";
import { openDatabase } from "../src/store/database.ts";
import { defaultRules } from "../src/telemetry/rules/rule-settings.ts";
import { defaultLimits, defaultRetention, defaultTraces } from "../src/telemetry/settings.ts";
import { startTelemetryThread } from "../src/telemetry/telemetry-thread.ts";

type TelemetryLoadResult = {
  seconds: number;
  spansPerSecond: number;
  pointsPerSecond: number;
  /** The same in each tenth of the time: what sags as tables grow shows there. */
  tenths: { spansPerSecond: number[]; pointsPerSecond: number[] };
  answerMilliseconds: { p50: number; p99: number };
  busyAnswers: number;
  /** Acknowledged minus stored: has to be zero, for spans and points. */
  lost: { spans: number; points: number };
  givenUp: { spans: number; points: number };
  /** Half-way and at the end: what grows with the time it runs shows there. */
  residentMegabytes: { start: number; halfWay: number; end: number; highest: number };
  storedMegabytes: number;
};

/** Ten minutes of load are forty million rows. */
const countMilliseconds = 15 * 60_000;

/** OTLP at a steady rate against receiver and embedded PostgreSQL of its own, sender in its own process on this machine. */
export async function measureTelemetryLoad(options: {
  seconds: number;
  spansPerSecond: number;
  pointsPerSecond: number;
}): Promise<TelemetryLoadResult> {
  const directory = mkdtempSync(path.join(os.tmpdir(), "midwatch-telemetry-load-"));
  chmodSync(directory, 0o755); // PostgreSQL runs as another user where this runs as root
  const here = path.dirname(fileURLToPath(import.meta.url));
  // Beside node_modules, so that the bundle finds its packages.
  const bundles = path.join(here, "..", "node_modules", ".midwatch-bench");
  const bundle = async (source: string) => {
    const outfile = path.join(bundles, `${path.basename(source, ".ts")}.mjs`);
    await build({
      entryPoints: [path.join(here, source)],
      outfile,
      bundle: true,
      platform: "node",
      format: "esm",
      packages: "external",
      logLevel: "error",
    });
    return outfile;
  };
  const worker = await bundle("../src/telemetry/telemetry-worker.ts");
  const sender = await bundle("telemetry-sender.ts");
  const postgres = await startPostgres({ dataDirectory: path.join(directory, "data"), name: "telemetry load" });
  await postgres.ensureDatabase("telemetry");
  const connection = postgres.connectionString("telemetry");
  const token = "bench";
  const telemetry = await startTelemetryThread(
    worker,
    {
      connection,
      host: "127.0.0.1",
      port: 0,
      senders: [{ name: "bench", token }],
      retention: { ...defaultRetention, maximumBytes: Number.MAX_SAFE_INTEGER }, // all of it is counted at the end
      limits: defaultLimits,
      traces: defaultTraces,
      rules: defaultRules,
      evaluateEverySeconds: 5,
    },
    { onAlerts: () => {}, log: (sentence) => process.stderr.write(`${sentence}\n`) },
  );
  const megabytes = () => Math.round(process.memoryUsage().rss / 2 ** 20);
  const seen = [megabytes()];
  const watch = setInterval(() => seen.push(megabytes()), 250);
  try {
    const { seconds, spansPerSecond, pointsPerSecond } = options;
    const child = spawn(
      process.execPath,
      [sender, `http://127.0.0.1:${telemetry.port}`, token, `${spansPerSecond}`, `${pointsPerSecond}`, `${seconds}`],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    await once(child, "exit");
    const sent = JSON.parse(output) as {
      spansAccepted: number;
      pointsAccepted: number;
      spansGivenUp: number;
      pointsGivenUp: number;
      busyAnswers: number;
      milliseconds: { p50: number; p99: number };
      elapsedSeconds: number;
      tenths: { spans: number[]; points: number[] };
    };
    const perSecond = (counts: number[]) => counts.map((count) => Math.round(count / (seconds / 10)));
    const at = (share: number) => seen[Math.floor(share * (seen.length - 1))] ?? 0;
    const residentMegabytes = { start: at(0), halfWay: at(0.5), end: at(1), highest: Math.max(...seen) };
    const database = openDatabase({ connection, statementTimeoutMilliseconds: countMilliseconds });
    const [stored] = await database.query<{ spans: number; points: number; bytes: number }>(
      "select (select count(*) from spans) as spans, (select count(*) from points) as points, pg_database_size(current_database()) as bytes",
    );
    await database.close();
    return {
      seconds: sent.elapsedSeconds,
      spansPerSecond: Math.round(sent.spansAccepted / sent.elapsedSeconds),
      pointsPerSecond: Math.round(sent.pointsAccepted / sent.elapsedSeconds),
      tenths: { spansPerSecond: perSecond(sent.tenths.spans), pointsPerSecond: perSecond(sent.tenths.points) },
      answerMilliseconds: sent.milliseconds,
      busyAnswers: sent.busyAnswers,
      lost: { spans: sent.spansAccepted - (stored?.spans ?? 0), points: sent.pointsAccepted - (stored?.points ?? 0) },
      givenUp: { spans: sent.spansGivenUp, points: sent.pointsGivenUp },
      residentMegabytes,
      storedMegabytes: Math.round((stored?.bytes ?? 0) / 2 ** 20),
    };
  } finally {
    clearInterval(watch);
    await telemetry.stop();
    await postgres.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}
