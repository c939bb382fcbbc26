import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { attachPostgres } from "./packages/postgres/src/postgres.ts";

/**
 * Names the directory of the PostgreSQL that tests of this run share; the first test that needs it starts it
 * (`src/store/testing.ts`), so that runs without a database cost nothing. Ends it, and what killed runs left, here.
 */
export async function setup(): Promise<() => Promise<void>> {
  // Somebody else's server, such as Debian's PostgreSQL 15: its data directory is given, and it is left running.
  if (process.env["MIDWATCH_TEST_CLUSTER"] !== undefined) return async () => {};
  await removeAbandoned();
  const directory = path.join(os.tmpdir(), `${prefix}${process.pid}`);
  process.env["MIDWATCH_TEST_CLUSTER"] = path.join(directory, "data");
  return () => remove(directory);
}

const prefix = "midwatch-test-run-";

async function remove(directory: string): Promise<void> {
  await (await attachPostgres(path.join(directory, "data")))?.stop();
  fs.rmSync(directory, { recursive: true, force: true });
}

async function removeAbandoned(): Promise<void> {
  for (const name of fs.readdirSync(os.tmpdir())) {
    if (!name.startsWith(prefix) || isAlive(Number(name.slice(prefix.length)))) continue;
    await remove(path.join(os.tmpdir(), name)).catch(() => {}); // somebody else's
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
