import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import os from "node:os";
import path from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const cli = path.join(root, "dist", "cli.js");
const idleSeconds = 60;
const warmStarts = 5;

type ProductFigures = {
  readySeconds: number[];
  /** Resident, after a minute of nothing; the hand is a process of its own. */
  idleMegabytes: { server: number; hand: number };
  storm: StormFigures;
};
type StormFigures = {
  offeredPerSecond: number;
  acceptedPerSecond: number;
  refused: number;
  /** Until the answer, which comes when the alert is on disk. */
  milliseconds: { p50: number; p99: number };
  /** The same number of plain requests that touch no disk: what this machine and sender can do at all. */
  plainMilliseconds: { p50: number; p99: number };
  /** How long the sender's own process stood still at most: what was late by that was not late at the receiver. */
  senderPauseMilliseconds: number;
  pageMilliseconds: { p50: number; worst: number };
  killSwitchMilliseconds: number;
};

/** Starts the built product, without a lab, on a folder of its own, and removes it again. */
export async function measureProduct(options: {
  stormSeconds: number;
  alertsPerSecond: number;
}): Promise<ProductFigures> {
  const data = mkdtempSync(path.join(os.tmpdir(), "midwatch-bench-"));
  chmodSync(data, 0o711); // run by root, the database runs as somebody else, who must be able to enter
  try {
    await (await start(data)).stop(); // makes the database: what follows is warm
    const readySeconds: number[] = [];
    for (let run = 0; run < warmStarts; run++) {
      const product = await start(data);
      readySeconds.push(product.readySeconds);
      await product.stop();
    }
    const product = await start(data);
    try {
      await pause(idleSeconds * 1000);
      const idleMegabytes = product.megabytes();
      return { readySeconds: readySeconds.sort((a, b) => a - b), idleMegabytes, storm: await storm(product, options) };
    } finally {
      await product.stop();
    }
  } finally {
    rmSync(data, { recursive: true, force: true, maxRetries: 5 });
  }
}

type Product = {
  readySeconds: number;
  url: string;
  token: string;
  megabytes(): { server: number; hand: number };
  stop(): Promise<void>;
};

async function start(data: string): Promise<Product> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [cli, "--data", data, "serve", "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`midwatch ended with ${code} before it was ready`)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      const found = /^Ready: (http\S+)/.exec(line)?.[1];
      if (found) resolve(new URL(found).origin);
    });
  });
  const readySeconds = (performance.now() - startedAt) / 1000;
  const { token } = JSON.parse(readFileSync(path.join(data, "instance.json"), "utf8")) as { token: string };
  return {
    readySeconds,
    url,
    token,
    megabytes: () => ({ server: residentMegabytes(child.pid ?? 0), hand: handMegabytes(child) }),
    stop: () =>
      new Promise((resolve) => {
        child.once("exit", () => resolve());
        child.kill("SIGTERM");
      }),
  };
}

function residentMegabytes(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Math.round(Number(line?.[1] ?? 0) / 1024);
}

/** Node processes below the server; PostgreSQL is not among them. */
function handMegabytes(server: ChildProcess): number {
  const children = readdirSync("/proc").filter((name) => {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]) === server.pid && stat.includes("(node");
    } catch {
      return false; // not a process, or gone
    }
  });
  return children.reduce((sum, pid) => sum + residentMegabytes(Number(pid)), 0);
}

/** Two thousand alerts of two hundred services, again and again: new ones first, then what repeats itself. */
async function storm(
  product: Product,
  { stormSeconds, alertsPerSecond }: { stormSeconds: number; alertsPerSecond: number },
): Promise<StormFigures> {
  const startsAt = new Date().toISOString();
  const alert = (index: number) => {
    const labels = {
      alertname: `Rule${index % 10}`,
      service: `service-${Math.floor(index / 10) % 200}`,
      severity: "warning",
    };
    const alerts = [
      {
        status: "firing",
        labels,
        annotations: { summary: "requests fail" },
        startsAt,
        fingerprint: `f${index % 2000}`,
      },
    ];
    return JSON.stringify({ version: "4", groupKey: `g${index % 2000}`, status: "firing", receiver: "bench", alerts });
  };
  const ask = asker(product);
  // A person has connections of their own: what they wait for must not be the sender's own queue.
  const askAsPerson = asker(product);
  const plain = await openLoop(5, alertsPerSecond, () => ask("GET", "/healthz"));

  const page: number[] = [];
  let killSwitchMilliseconds = 0;
  const look = async () => {
    const at = performance.now();
    await askAsPerson("GET", "/api/v1/now");
    page.push(performance.now() - at);
  };
  const watching = setInterval(() => void look().catch(() => page.push(Number.POSITIVE_INFINITY)), 1000);
  const stopping = setTimeout(
    async () => {
      const at = performance.now();
      await askAsPerson("POST", "/api/v1/stop-all", JSON.stringify({ stop: true }));
      killSwitchMilliseconds = performance.now() - at;
      await askAsPerson("POST", "/api/v1/stop-all", JSON.stringify({ stop: false }));
    },
    (stormSeconds * 1000) / 2,
  );
  const senderPauses = monitorEventLoopDelay({ resolution: 5 });
  senderPauses.enable();
  const sent = await openLoop(stormSeconds, alertsPerSecond, (index) =>
    ask("POST", "/api/v1/intake/alertmanager", alert(index)),
  );
  senderPauses.disable();
  clearInterval(watching);
  clearTimeout(stopping);
  const sortedPage = page.sort((a, b) => a - b);
  return {
    offeredPerSecond: alertsPerSecond,
    acceptedPerSecond: Math.round(sent.accepted / sent.elapsedSeconds),
    refused: sent.refused,
    milliseconds: sent.milliseconds,
    plainMilliseconds: plain.milliseconds,
    senderPauseMilliseconds: Math.round(senderPauses.max / 1e6),
    pageMilliseconds: { p50: quantile(sortedPage, 0.5), worst: quantile(sortedPage, 1) },
    killSwitchMilliseconds: Math.round(killSwitchMilliseconds),
  };
}

function asker({ url, token }: Product) {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  return (method: string, pathname: string, body?: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${token}`,
        ...(body === undefined
          ? {}
          : { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
      };
      const sending = request(new URL(pathname, url), { method, agent, headers, timeout: 30_000 }, (response) => {
        response.resume();
        response.once("end", () => resolve(response.statusCode ?? 0));
      });
      sending.once("timeout", () => sending.destroy(new Error("no answer within 30 s")));
      sending.once("error", reject);
      sending.end(body);
    });
}

/** Sends at that rate whatever the answers do; late answers do not slow the sender, as in a real storm. */
async function openLoop(seconds: number, perSecond: number, send: (index: number) => Promise<number>) {
  const milliseconds: number[] = [];
  const waiting = new Set<Promise<void>>();
  let refused = 0;
  let index = 0;
  const startedAt = performance.now();
  while (performance.now() - startedAt < seconds * 1000) {
    const due = Math.floor(((performance.now() - startedAt) / 1000) * perSecond);
    for (; index < due; index++) {
      const at = performance.now();
      const one = send(index)
        .then((status) => {
          if (status >= 200 && status < 300) milliseconds.push(performance.now() - at);
          else refused += 1;
        })
        .catch(() => {
          refused += 1;
        })
        .finally(() => waiting.delete(one));
      waiting.add(one);
    }
    await pause(5);
  }
  await Promise.all(waiting);
  const elapsedSeconds = (performance.now() - startedAt) / 1000;
  const sorted = milliseconds.sort((a, b) => a - b);
  return {
    accepted: sorted.length,
    refused,
    elapsedSeconds,
    milliseconds: { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) },
  };
}

function quantile(sorted: number[], share: number): number {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  return Math.round(value * 10) / 10;
}

const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
