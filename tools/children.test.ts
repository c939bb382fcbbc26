import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { endLeftChildren, rememberChildren } from "./children.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), "midwatch-children-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

test("the next start ends what a killed one left behind, and nothing the second time", async () => {
  const left = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  const ended = new Promise((resolve) => left.once("exit", (_code, signal) => resolve(signal)));
  rememberChildren(directory).add(left);
  expect(await endLeftChildren(directory)).toBe(1);
  expect(await ended).toBe("SIGTERM");
  expect(await endLeftChildren(directory)).toBe(0);
});

test("another process that has the number of a dead one now is left alone", async () => {
  const file = path.join(directory, "start-children.json");
  writeFileSync(file, JSON.stringify([{ pid: process.pid, processStartedAt: "1" }]));
  if (process.platform === "linux") expect(await endLeftChildren(directory)).toBe(0);
  writeFileSync(file, '[{"pi');
  expect(await endLeftChildren(directory)).toBe(0);
});
