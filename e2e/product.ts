/** The real product as `npm start` runs it: built, with its lab, in a data folder of its own. */
import { execFile, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { freePort } from "../tools/free-port.ts";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

const run = promisify(execFile);

export type Product = {
  /** The link that the terminal printed after "Ready:". */
  signInUrl: string;
  /** Without a slash at its end. */
  origin: string;
  readyAt: Date;
  /** What `midwatch open` prints on the same machine: a fresh link. */
  openLink: () => Promise<string>;
  /** Asks it to end, waits until nothing of it is left, removes the data. Throws, naming them, if processes stay. */
  stop: () => Promise<void>;
};

/** Throws with what was printed when it ends, or says nothing, before it is ready. */
export async function startProduct(): Promise<Product> {
  const data = mkdtempSync(path.join(os.tmpdir(), "midwatch-e2e-"));
  chmodSync(data, 0o711); // run by root, the databases run as somebody else, who must be able to enter
  const port = await freePort();
  const child = spawn(process.execPath, [path.join(root, "dist", "start.js"), "--data", data, "--port", String(port)], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true, // a group of its own, so that what is left of it can be named
  });
  const group = child.pid ?? 0;
  const printed: string[] = [];
  const hasEnded = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const isGone = () => leftOf(group, data).length === 0;
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
    await Promise.race([hasEnded, until(() => false, 40_000)]);
    await until(isGone, 20_000);
    const left = leftOf(group, data);
    for (const { pid } of left) kill(pid);
    rmSync(data, { recursive: true, force: true, maxRetries: 5 });
    if (left.length > 0) throw new Error(`these outlived the product:\n${left.map(({ line }) => line).join("\n")}`);
  };
  const openLink = async () => {
    const { stdout } = await run(process.execPath, [path.join(root, "dist", "cli.js"), "--data", data, "open"]);
    return stdout.trim();
  };
  const signInUrl = await new Promise<string>((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`${why}\n${printed.join("\n")}`));
    const limit = setTimeout(() => fail("midwatch was not ready after two minutes:"), 120_000);
    void hasEnded.then(() => fail("midwatch ended before it was ready:"));
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        printed.push(line);
        const url = /^Ready: (http\S+)/.exec(line)?.[1];
        if (!url) return;
        clearTimeout(limit);
        resolve(url);
      });
    }
  }).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { signInUrl, origin: new URL(signInUrl).origin, readyAt: new Date(), openLink, stop };
}

/** Asks every quarter of a second; false when it did not come true in time. */
export async function until(holds: () => boolean, withinMilliseconds: number): Promise<boolean> {
  const end = performance.now() + withinMilliseconds;
  while (!holds()) {
    if (performance.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  return true;
}

/** Processes of its group, and its databases, which live in groups of their own. Empty where there is no /proc. */
function leftOf(group: number, data: string): { pid: number; line: string }[] {
  if (!existsSync("/proc/self/stat")) return [];
  return readdirSync("/proc").flatMap((name) => {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) return [];
    try {
      // After the name in brackets: state, parent, group.
      const [state, , itsGroup] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ");
      const line = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
      const isOurs = state !== "Z" && (Number(itsGroup) === group || line.includes(data));
      return isOurs ? [{ pid, line: `${pid} ${line}` }] : [];
    } catch {
      return []; // gone meanwhile
    }
  });
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // gone meanwhile
  }
}
