import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hasCode } from "../core/errors.ts";
import { lockInstance, readInstance, writeInstance } from "./instance-file.ts";

describe("one midwatch a data folder", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(path.join(os.tmpdir(), "midwatch-instance-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  test("a second one is told which process has it", () => {
    const lock = lockInstance(directory);
    let thrown: unknown;
    try {
      lockInstance(directory);
    } catch (error) {
      thrown = error;
    }
    expect(hasCode(thrown, "MW_ALREADY_RUNNING")).toBe(true);
    expect((thrown as Error).message).toContain(String(process.pid));
    lock.release();
    lockInstance(directory).release();
  });

  test("what a dead process left behind is taken over", () => {
    writeFileSync(path.join(directory, "instance.lock"), JSON.stringify({ pid: 2 ** 22 + 1, processStartedAt: "1" }));
    lockInstance(directory).release();
  });

  test("the number of a dead process that another one has now does not block", () => {
    writeFileSync(path.join(directory, "instance.lock"), JSON.stringify({ pid: process.pid, processStartedAt: "1" }));
    if (process.platform === "linux") lockInstance(directory).release();
  });

  test("a lock that was cut off half-written is taken over", () => {
    writeFileSync(path.join(directory, "instance.lock"), '{"pi');
    lockInstance(directory).release();
  });

  test("the command line finds the running one, and nothing when none runs", () => {
    expect(readInstance(directory)).toBeNull();
    writeInstance(directory, { url: "http://127.0.0.1:1", telemetryUrl: null, token: "t" });
    expect(readInstance(directory)?.url).toBe("http://127.0.0.1:1");
  });
});
