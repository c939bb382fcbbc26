/**
 * `npm start`: the lab and midwatch together, with the demo's own configuration. `--no-lab` starts midwatch alone. The
 * two know each other by address and token only, like any user's systems. Ctrl-C stops both and all of theirs.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { defaultDataDirectory } from "../src/app/data-directory.ts";
import { freePort } from "./free-port.ts";

const dist = path.dirname(fileURLToPath(import.meta.url));
const root = path.dirname(dist);

const { values } = parseArgs({
  options: {
    "no-lab": { type: "boolean", default: false },
    data: { type: "string" },
    port: { type: "string" },
    host: { type: "string" },
    database: { type: "string" },
    config: { type: "string" },
  },
  allowPositionals: false,
});

const data = path.resolve(values.data ?? defaultDataDirectory());
const children: { name: string; process: ChildProcess }[] = [];
let isStopping = false;

async function start(): Promise<void> {
  const serveOptions = (["port", "host", "database"] as const).flatMap((name) =>
    values[name] === undefined ? [] : [`--${name}`, values[name]],
  );
  if (values["no-lab"]) {
    const config = values.config === undefined ? [] : ["--config", values.config];
    run("midwatch", [path.join(dist, "cli.js"), "--data", data, "serve", ...serveOptions, ...config], process.env);
    return;
  }
  const secrets = readSecrets();
  const telemetryPort = await freePort();
  const platformPort = await freePort();
  const lab = run(
    "lab",
    [
      path.join(dist, "lab", "lab.js"),
      ...["--data", path.join(data, "lab")],
      ...[
        "--platform-port",
        String(platformPort),
        "--platform-read-token",
        secrets.platformRead,
        "--platform-write-token",
        secrets.platformWrite,
        "--platform-drill-token",
        secrets.platformDrill,
      ],
      ...["--truth-port", "0", "--truth-token", secrets.truth],
    ],
    {
      ...process.env,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${telemetryPort}`,
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer ${secrets.telemetry}`,
    },
  );
  process.stdout.write("Starting the lab, a small shop of real processes, and midwatch beside it …\n");
  const database = await labDatabase(lab);
  const config = values.config ?? path.join(root, "lab", "midwatch.yaml");
  run("midwatch", [path.join(dist, "cli.js"), "--data", data, "serve", "--config", config, ...serveOptions], {
    ...process.env,
    DEMO_PLATFORM_URL: `http://127.0.0.1:${platformPort}`,
    DEMO_PLATFORM_READ_TOKEN: secrets.platformRead,
    DEMO_PLATFORM_WRITE_TOKEN: secrets.platformWrite,
    DEMO_PLATFORM_DRILL_TOKEN: secrets.platformDrill,
    DEMO_DATABASE_URL: database.url,
    DEMO_DATABASE_NAME: database.name,
    DEMO_TELEMETRY_PORT: String(telemetryPort),
    DEMO_TELEMETRY_TOKEN: secrets.telemetry,
  });
}

/** The lab says once, as JSON, where everything is; midwatch is given its database to read from. */
function labDatabase(lab: ChildProcess): Promise<{ name: string; url: string }> {
  return new Promise((resolve, reject) => {
    lab.once("exit", () => reject(new Error("the lab did not start; its own words stand above")));
    if (!lab.stdout) return;
    createInterface({ input: lab.stdout }).on("line", (text) => {
      const said = text.startsWith("{") ? (JSON.parse(text) as { databases?: { name: string; url: string }[] }) : {};
      const [database] = said.databases ?? [];
      if (database) resolve(database);
      else process.stdout.write(`${text}\n`);
    });
  });
}

function run(name: string, parameters: string[], environment: NodeJS.ProcessEnv): ChildProcess {
  const child = spawn(process.execPath, parameters, {
    env: environment,
    stdio: ["ignore", name === "lab" ? "pipe" : "inherit", "inherit"],
  });
  children.push({ name, process: child });
  child.once("exit", (code, signal) => {
    if (isStopping) return;
    process.stderr.write(`${name} ended (${signal ?? code}).\n`);
    process.exitCode = code ?? 1;
    void stop();
  });
  return child;
}

async function stop(): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  await Promise.all(children.map(({ process: child }) => end(child)));
}

/** Asks, and after a while insists. */
function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    const insist = setTimeout(() => child.kill("SIGKILL"), 20_000);
    child.once("exit", () => {
      clearTimeout(insist);
      resolve();
    });
    child.kill("SIGTERM");
  });
}

/** Tokens between lab and midwatch, made once, kept in the data folder, readable for their user only. */
function readSecrets(): {
  platformRead: string;
  platformWrite: string;
  platformDrill: string;
  telemetry: string;
  truth: string;
} {
  const file = path.join(data, "demo-secrets.json");
  if (!existsSync(file)) {
    mkdirSync(data, { recursive: true });
    const secret = () => randomBytes(24).toString("base64url");
    const made = {
      platformRead: secret(),
      platformWrite: secret(),
      platformDrill: secret(),
      telemetry: secret(),
      truth: secret(),
    };
    writeFileSync(file, JSON.stringify(made), { mode: 0o600 });
  }
  return JSON.parse(readFileSync(file, "utf8"));
}

process.once("SIGINT", () => void stop());
process.once("SIGTERM", () => void stop());
process.once("SIGHUP", () => void stop());
await start();
