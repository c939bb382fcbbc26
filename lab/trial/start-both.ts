import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createWriteStream, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { endChild } from "../../tools/end-child.ts";
import { freePort } from "../../tools/free-port.ts";
import { connectLab, type LabView } from "./lab-view.ts";
import { connectMidwatch, type MidwatchView } from "./midwatch-view.ts";
import { readStartLine } from "./start-line.ts";

type BothSettings = {
  data: string;
  labEntry: string;
  midwatchEntry: string;
  config: string;
  faultsFrom?: string | undefined;
  estate?: string | undefined;
  seed: number;
};
export type Both = {
  lab: LabView;
  midwatch: MidwatchView;
  /** Where the platform's API is, and the token that reads there. */
  platform: { url: string; bearerToken: string };
  stop(): Promise<void>;
};

const readyMilliseconds = 300_000;

/** Starts lab and midwatch as `npm start` does, on a data folder of the trial's own. Their words go to `<data>/*.log`. */
export async function startBoth(settings: BothSettings): Promise<Both> {
  for (const entry of [settings.labEntry, settings.midwatchEntry, settings.config])
    if (!existsSync(entry)) throw new Error(`${entry} is missing: run npm run build`);
  mkdirSync(settings.data, { recursive: true, mode: 0o755 });
  const secret = () => randomBytes(24).toString("base64url");
  const tokens = {
    readToken: secret(),
    writeToken: secret(),
    truthToken: secret(),
    drillToken: secret(),
    telemetryToken: secret(),
  };
  const telemetryPort = await freePort();
  const pagePort = await freePort();
  const children: ChildProcess[] = [];
  const stop = async () => void (await Promise.all(children.toReversed().map((child) => endChild(child, 15_000))));
  try {
    const lab = spawn(
      process.execPath,
      [
        settings.labEntry,
        "--data",
        join(settings.data, "lab"),
        "--platform-read-token",
        tokens.readToken,
        "--platform-write-token",
        tokens.writeToken,
        "--platform-drill-token",
        tokens.drillToken,
        "--truth-token",
        tokens.truthToken,
        "--seed",
        String(settings.seed),
      ]
        .concat(settings.faultsFrom ? ["--faults-from", settings.faultsFrom] : [])
        .concat(settings.estate ? ["--estate", settings.estate] : []),
      {
        env: {
          ...process.env,
          OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${telemetryPort}`,
          OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer ${tokens.telemetryToken}`,
        },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    children.push(lab);
    lab.stderr.pipe(createWriteStream(join(settings.data, "lab.log")));
    const about = readStartLine(await firstJsonLine(lab));

    const midwatch = spawn(
      process.execPath,
      [
        settings.midwatchEntry,
        "--data",
        join(settings.data, "midwatch"),
        "serve",
        "--config",
        settings.config,
        "--port",
        String(pagePort),
      ],
      {
        env: {
          ...process.env,
          DEMO_PLATFORM_URL: about.platformUrl,
          DEMO_PLATFORM_READ_TOKEN: tokens.readToken,
          DEMO_PLATFORM_WRITE_TOKEN: tokens.writeToken,
          DEMO_PLATFORM_DRILL_TOKEN: tokens.drillToken,
          DEMO_DATABASE_NAME: about.databases[0]?.name ?? "",
          DEMO_DATABASE_URL: about.databases[0]?.url ?? "",
          DEMO_TELEMETRY_PORT: String(telemetryPort),
          DEMO_TELEMETRY_TOKEN: tokens.telemetryToken,
        },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    children.push(midwatch);
    const log = createWriteStream(join(settings.data, "midwatch.log"));
    midwatch.stdout.pipe(log);
    midwatch.stderr.pipe(log);
    const view = connectMidwatch(join(settings.data, "midwatch"));
    const deadline = Date.now() + readyMilliseconds;
    while (!(await view.isUp())) {
      if (midwatch.exitCode !== null)
        throw new Error(`midwatch ended with ${midwatch.exitCode}; see ${join(settings.data, "midwatch.log")}`);
      if (Date.now() > deadline)
        throw new Error(
          `midwatch was not ready within ${readyMilliseconds / 1000} s; see ${join(settings.data, "midwatch.log")}`,
        );
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    return {
      lab: connectLab({ ...tokens, platformUrl: about.platformUrl, truthUrl: about.truthUrl }),
      midwatch: view,
      platform: { url: about.platformUrl, bearerToken: tokens.readToken },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function firstJsonLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once("exit", (code) =>
      reject(new Error(`the lab ended with ${code}; see lab.log in the trial's data folder`)),
    );
    if (child.stdout)
      createInterface({ input: child.stdout }).on("line", (line) => line.startsWith("{") && resolve(line));
  });
}
