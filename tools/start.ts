/**
 * `npm start`: the lab and midwatch together, with the demo's own configuration. `--no-lab` starts midwatch alone. The
 * two know each other by address and token only, like any user's systems. Ctrl-C stops both and all of theirs.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { defaultDataDirectory, explainFileProblem, prepareDataDirectory } from "../src/app/data-directory.ts";
import { explainSupervisor, type SupervisorProblem } from "../src/app/explain-supervisor.ts";
import { lockInstance } from "../src/app/instance-file.ts";
import { reportError } from "../src/cli/report-error.ts";
import { midwatchError } from "../src/core/errors.ts";
import { end, endLeftChildren, rememberChildren } from "./children.ts";
import { freePort } from "./free-port.ts";

const dist = path.dirname(fileURLToPath(import.meta.url));
const root = path.dirname(dist);

const help = `Usage: npm start -- [options]

Starts the lab, a small shop of real processes that may be broken, and midwatch beside it.

Options:
  --no-lab          midwatch alone, with midwatch.yaml of this folder when it is there
  --data <folder>   the data folder
  --port <number>   port of the page and API; 0 takes a free one
  --host <address>  address to listen at
  --database <url>  an external PostgreSQL, 15 or newer
  --config <file>   the configuration file
  -h, --help        this text

Ctrl-C stops everything. The other commands: npm run midwatch -- --help
`;
const values = readOptions();
const data = path.resolve(values.data ?? defaultDataDirectory());
const children: ChildProcess[] = [];
const remembered = rememberChildren(data);
let lock: { release: () => void } | undefined;
let stopping: Promise<void> | undefined;

async function start(): Promise<void> {
  prepareDataDirectory(data);
  lock = lockInstance(data, "start");
  const left = await endLeftChildren(data);
  if (left > 0)
    process.stdout.write(`Ended ${left} ${left === 1 ? "process" : "processes"} that an earlier start left behind.\n`);
  if (stopping) return;
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
  if (stopping) return;
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
  if (stopping) return;
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

/** The lab says once, as JSON, where everything is, or why it did not start; midwatch is given its database to read from. */
function labDatabase(lab: ChildProcess): Promise<{ name: string; url: string }> {
  return new Promise((resolve, reject) => {
    lab.once("close", (code, signal) => reject(labProblem({ code: "", message: `it ended (${signal ?? code})` })));
    if (!lab.stdout) return;
    createInterface({ input: lab.stdout }).on("line", (text) => {
      const said = text.startsWith("{") ? (JSON.parse(text) as LabLine) : {};
      const [database] = said.databases ?? [];
      if (database) resolve(database);
      else if (said.error) reject(labProblem(said.error));
      else process.stdout.write(`${text}\n`);
    });
  });
}

type LabLine = { databases?: { name: string; url: string }[]; error?: SupervisorProblem };

function labProblem({ code, message, wayOut }: Omit<SupervisorProblem, "wayOut"> & { wayOut?: string }): Error {
  const known = explainSupervisor({ code, message, wayOut: wayOut ?? "" }, path.join(data, "lab"));
  const problem = [code, message].filter((part) => part !== "").join(": ");
  return known ?? Object.assign(midwatchError("MW_START_FAILED", { what: "the lab", problem }), wayOut && { wayOut });
}

function run(name: string, parameters: string[], environment: NodeJS.ProcessEnv): ChildProcess {
  const child = spawn(process.execPath, parameters, {
    env: environment,
    stdio: ["ignore", name === "lab" ? "pipe" : "inherit", "inherit"],
  });
  children.push(child);
  remembered.add(child);
  // Not "exit": what it said last is read before.
  child.once("close", (code, signal) => {
    if (stopping) return;
    process.stderr.write(`${name} ended (${signal ?? code}).\n`);
    process.exitCode = code || 1;
    void stop();
  });
  return child;
}

function stop(): Promise<void> {
  stopping ??= Promise.all(children.map(end)).then(() => {
    if (!lock) return; // nothing of it is ours
    remembered.forget();
    lock.release();
  });
  return stopping;
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

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        help: { type: "boolean", short: "h", default: false },
        "no-lab": { type: "boolean", default: false },
        data: { type: "string" },
        port: { type: "string" },
        host: { type: "string" },
        database: { type: "string" },
        config: { type: "string" },
      },
      allowPositionals: false,
    });
    if (values.help) {
      process.stdout.write(help);
      process.exit(0);
    }
    for (const [name, value] of Object.entries(values)) {
      if (typeof value === "string" && value.trim() === "") refuse(`--${name} must not be empty.`);
    }
    return values;
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    return refuse(problem, cause);
  }
}

function refuse(problem: string, cause?: unknown): never {
  process.exit(reportError(midwatchError("MW_USAGE", { problem }, cause), false));
}

// Not once: a second Ctrl-C while everything ends must not cut that short.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void stop());
try {
  await start();
} catch (thrown) {
  if (!stopping) process.exitCode = reportError(explainFileProblem(thrown, data), false);
  await stop();
}
