import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../tools/eventually.ts";
import { isAlive, type ProcessIdentity } from "./platform/identity.ts";

/** The lab for real, once, with every name redrawn and little data: slow things share one start. */
const root = fileURLToPath(new URL("..", import.meta.url));
const bundle = join(root, "dist", "lab-test");
const directory = mkdtempSync(join(tmpdir(), "lab-test-"));
chmodSync(directory, 0o755); // as root, PostgreSQL runs as somebody else and must get in
const estateFile = join(directory, "estate.yaml");
const tokens = { read: "read-token", write: "write-token", truth: "truth-token" };
const patienceMilliseconds = 300_000;

type About = {
  platformUrl: string;
  entryUrl: string;
  truthUrl: string;
  metrics: { job: string; target: string }[];
  databases: { url: string }[];
};
type Workload = {
  name: string;
  revision: string;
  replicas: { desired: number; ready: number };
  instances: { id: string; restarts: number; state: string; lastExit: { signal: string | null } | null }[];
};
let lab: ChildProcess;
let about: About;

beforeAll(async () => {
  mkdirSync(bundle, { recursive: true });
  const common = {
    absWorkingDir: root,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "error",
  } as const;
  await build({
    ...common,
    entryPoints: { lab: "lab/lab-main.ts" },
    outdir: bundle,
    packages: "external",
    alias: { "@midwatch/postgres": join(root, "packages/postgres/src/postgres.ts") },
  });
  const banner = {
    js: 'import { createRequire as createBundleRequire } from "node:module"; const require = createBundleRequire(import.meta.url);',
  };
  await build({
    ...common,
    entryPoints: { service: "lab/service-main.ts" },
    outdir: bundle,
    external: ["pg-native"],
    banner,
  });
  writeFileSync(estateFile, redrawn(readFileSync(new URL("estate.yaml", import.meta.url), "utf8")));
  await start();
}, patienceMilliseconds);

afterAll(async () => {
  await stop("SIGTERM");
  rmSync(directory, { recursive: true, force: true });
  rmSync(bundle, { recursive: true, force: true });
}, patienceMilliseconds);

/** Every service gets another name, so that a name that stands in the code is found out. */
function redrawn(text: string): string {
  return text
    .replaceAll(
      /\{ name: ([a-z-]+), kind/g,
      (_, name: string) => `{ name: zz-${[...name].reverse().join("").replaceAll(/^-|-$/g, "")}, kind`,
    )
    .replace("name: shop-db, database: shop,", "name: vault, database: wares,")
    .replace("orders: 60000", "orders: 3000")
    .replace("orderItems: 400000", "orderItems: 9000")
    .replace("environment: lab", "environment: rehearsal");
}

async function start(): Promise<void> {
  lab = spawn(
    process.execPath,
    [
      join(bundle, "lab.js"),
      "--data",
      join(directory, "data"),
      "--estate",
      estateFile,
      "--platform-read-token",
      tokens.read,
      "--platform-write-token",
      tokens.write,
      "--truth-token",
      tokens.truth,
    ],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  let words = "";
  lab.stderr?.on("data", (chunk) => {
    words += String(chunk);
  });
  about = await new Promise<About>((resolve, reject) => {
    lab.once("exit", (code) => reject(new Error(`the lab ended with ${code}: ${words}`)));
    if (lab.stdout) createInterface({ input: lab.stdout }).on("line", (line) => resolve(JSON.parse(line) as About));
  });
}

async function stop(signal: NodeJS.Signals): Promise<void> {
  if (!lab || lab.exitCode !== null || lab.signalCode !== null) return;
  const gone = new Promise((resolve) => lab.once("exit", resolve));
  lab.kill(signal);
  await gone;
}

async function ask(
  method: string,
  path: string,
  token: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(about.platformUrl + path, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
    ...(method === "GET" ? {} : { body: JSON.stringify(body ?? {}) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const workloads = async () => (await ask("GET", "/v1/workloads", tokens.read)).body["workloads"] as Workload[];
const truth = async () =>
  (await (
    await fetch(`${about.truthUrl}/v1/truth`, { headers: { authorization: `Bearer ${tokens.truth}` } })
  ).json()) as { onset: { route: string } | null; symptom: unknown; active: { accepted: { entity: string }[] } | null };
const processes = () =>
  (JSON.parse(readFileSync(join(directory, "data", "processes.json"), "utf8")) as { instances: ProcessIdentity[] })
    .instances;

test("every workload is ready, under the names of the estate alone", async () => {
  const all = await workloads();
  expect(all.length).toBe(17);
  for (const workload of all) expect(workload.replicas.ready).toBe(workload.replicas.desired);
  expect(all.filter(({ name }) => !name.startsWith("zz-")).map(({ name }) => name)).toEqual(["vault", "paywell"]);
});

test("users are served, and every process shows its metrics in Prometheus text", async () => {
  await eventually(
    "the shop answers",
    60,
    async () => (await fetch(`${about.entryUrl}/products?category=3`)).status === 200,
  );
  const products = (await (await fetch(`${about.entryUrl}/products?category=3`)).json()) as { products?: unknown[] };
  expect(products.products?.length).toBeGreaterThan(0);
  await eventually(
    "eight processes show their requests",
    60,
    async () =>
      (
        await Promise.all(about.metrics.map(async ({ target }) => (await fetch(`http://${target}/metrics`)).text()))
      ).filter((text) => text.includes("http_server_request_duration_seconds_count")).length >= 8,
  );
});

test("a reader reads, a writer writes once, and what has changed meanwhile is refused", async () => {
  expect((await ask("GET", "/v1/flags", "wrong")).status).toBe(401);
  const flag = (
    (await ask("GET", "/v1/flags", tokens.read)).body["flags"] as { key: string; value: boolean; revision: string }[]
  ).find(({ key }) => key === "gift-messages");
  if (!flag) throw new Error("no flag");
  const write = (token: string, key: string, revision: string, query = "") =>
    ask(
      "POST",
      `/v1/flags/${flag.key}${query}`,
      token,
      { value: true },
      { "idempotency-key": key, "if-match": revision },
    );
  expect((await write(tokens.read, "a", flag.revision)).status).toBe(403);
  expect((await write(tokens.write, "dry", flag.revision, "?dryRun=true")).body).toMatchObject({
    before: { value: false },
    after: { value: true },
    changeId: null,
  });
  const first = await write(tokens.write, "a", flag.revision);
  expect(first.body).toMatchObject({ state: "done", before: { value: false }, after: { value: true } });
  expect((await write(tokens.write, "a", flag.revision)).body).toEqual(first.body);
  expect((await write(tokens.write, "b", flag.revision)).status).toBe(412);
  expect((await ask("GET", "/v1/operations/a", tokens.read)).body).toEqual(first.body);
  const { changes } = (await ask("GET", "/v1/changes", tokens.read)).body as unknown as {
    changes: { id: string; key: string; kind: string }[];
  };
  expect(changes.find(({ id }) => id === first.body["changeId"])).toMatchObject({ kind: "flag", key: flag.key });
});

test(
  "a killed instance comes back by itself and says how it ended",
  async () => {
    const before = await workloads();
    const victim = processes()[5];
    if (!victim) throw new Error("no process");
    process.kill(victim.pid, "SIGKILL");
    await eventually("the killed one runs again", 60, async () =>
      (await workloads()).some((workload) =>
        workload.instances.some(
          ({ restarts, lastExit, state }) => restarts > 0 && lastExit?.signal === "SIGKILL" && state === "running",
        ),
      ),
    );
    expect((await workloads()).length).toBe(before.length);
  },
  patienceMilliseconds,
);

test(
  "a drill hurts users; a platform killed with it takes its processes along, and the next start heals and remembers",
  async () => {
    await eventually("no user notices anything", 60, async () => (await truth()).symptom === null);
    expect((await ask("POST", "/v1/drills/expired-certificate", tokens.write, { decoys: false })).status).toBe(202);
    await eventually("users notice", 60, async () => (await truth()).onset !== null);
    expect((await truth()).active?.accepted.map(({ entity }) => entity)).toContain("paywell");
    expect((await ask("POST", "/v1/drills/disk-full", tokens.write)).status).toBe(409);

    const left = processes();
    expect(left.length).toBeGreaterThan(15);
    await stop("SIGKILL");
    await eventually("every process is gone", 20, async () => !left.some(isAlive));
    await start();
    expect((await ask("GET", "/v1/drills", tokens.read)).body["active"]).toEqual([]);
    const flags = (await ask("GET", "/v1/flags", tokens.read)).body["flags"] as { key: string; value: boolean }[];
    expect(flags.find(({ key }) => key === "gift-messages")?.value).toBe(true);
    await eventually("no user notices anything", 60, async () => (await truth()).symptom === null);
  },
  patienceMilliseconds,
);

test(
  "a drill of where users come in has its harmless change too, whatever the seed",
  async () => {
    for (const seed of [1, 2, 3, 4]) {
      expect((await ask("POST", "/v1/drills/traffic-surge", tokens.write, { seed, magnitude: 3 })).status).toBe(202);
      expect((await ask("POST", "/v1/drills/heal", tokens.write, {})).status).toBe(202);
    }
  },
  patienceMilliseconds,
);

test(
  "a second lab on the same data is refused with a code; SIGTERM ends every process",
  async () => {
    const second = spawn(process.execPath, [join(bundle, "lab.js"), "--data", join(directory, "data")], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let words = "";
    second.stdout.on("data", (chunk) => {
      words += String(chunk);
    });
    expect(await new Promise((resolve) => second.once("exit", resolve))).toBe(1);
    expect(JSON.parse(words)).toMatchObject({ error: { code: "LAB_ALREADY_RUNNING" } });
    const left = processes();
    await stop("SIGTERM");
    expect(left.some(isAlive)).toBe(false);
  },
  patienceMilliseconds,
);
