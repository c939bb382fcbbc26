import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Programs that some tests need and that not every machine has. On the machine that decides they must be there. */
export function missingProgram(...programs: string[]): string | null {
  const missing = programs.find((program) => !existsSync(`/usr/bin/${program}`));
  if (missing === undefined) return null;
  if (process.env["CI"] === "true") throw new Error(`/usr/bin/${missing} must be there in CI`);
  return `/usr/bin/${missing} is not installed`;
}

export type Peer = { url: string; directory: string; stop(): Promise<void> };

/** A real Prometheus on loopback. `openMetrics`: history to begin with; `configuration`: its prometheus.yml. */
export async function startPrometheus(
  options: { openMetrics?: string; configuration?: string; files?: Record<string, string>; flags?: string[] } = {},
): Promise<Peer> {
  const directory = mkdtempSync(path.join(tmpdir(), "midwatch-prometheus-"));
  const data = path.join(directory, "data");
  for (const [name, text] of Object.entries(options.files ?? {})) writeFileSync(path.join(directory, name), text);
  writeFileSync(path.join(directory, "prometheus.yml"), options.configuration ?? "global: { scrape_interval: 1s }\n");
  if (options.openMetrics !== undefined) {
    const file = path.join(directory, "history.om");
    writeFileSync(file, options.openMetrics);
    execFileSync("/usr/bin/promtool", ["tsdb", "create-blocks-from", "openmetrics", file, data], { stdio: "pipe" });
  }
  const port = await freePort();
  const child = spawn(
    "/usr/bin/prometheus",
    [
      `--config.file=${path.join(directory, "prometheus.yml")}`,
      `--storage.tsdb.path=${data}`,
      `--web.listen-address=127.0.0.1:${port}`,
      ...(options.flags ?? []),
    ],
    { cwd: directory, stdio: "ignore" },
  );
  return awaitPeer(child, `http://127.0.0.1:${port}`, directory);
}

export async function startAlertmanager(configuration: string): Promise<Peer> {
  const directory = mkdtempSync(path.join(tmpdir(), "midwatch-alertmanager-"));
  writeFileSync(path.join(directory, "alertmanager.yml"), configuration);
  const port = await freePort();
  const child = spawn(
    "/usr/bin/prometheus-alertmanager",
    [
      `--config.file=${path.join(directory, "alertmanager.yml")}`,
      `--storage.path=${path.join(directory, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--cluster.listen-address=",
    ],
    { stdio: "ignore" },
  );
  return awaitPeer(child, `http://127.0.0.1:${port}`, directory);
}

async function awaitPeer(child: ChildProcess, url: string, directory: string): Promise<Peer> {
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async () => {
    child.kill("SIGTERM");
    await Promise.race([ended, sleep(5000).then(() => child.kill("SIGKILL"))]);
    await ended;
    rmSync(directory, { recursive: true, force: true });
  };
  for (let attempt = 0; attempt < 150; attempt += 1) {
    if (child.exitCode !== null) break;
    const isReady = await fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return { url, directory, stop };
    await sleep(100);
  }
  await stop();
  throw new Error(`the server at ${url} did not come up`);
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
