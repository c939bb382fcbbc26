import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { setHandStage } from "./hand-stage.testing.ts";

const stage = setHandStage();

describe("kill -9 of the hand", () => {
  let bundle: string;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    const directory = path.resolve(`node_modules/.midwatch-tests/hand-${process.pid}`);
    mkdirSync(directory, { recursive: true });
    bundle = path.join(directory, "hand.mjs");
    await build({
      entryPoints: ["src/doors/hand.testing.ts"],
      bundle: true,
      platform: "node",
      format: "esm",
      packages: "external",
      outfile: bundle,
    });
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
  });
  afterAll(() => rmSync(path.dirname(bundle), { recursive: true, force: true }));

  function start(crashAfter?: string): ChildProcess {
    const child = spawn(
      process.execPath,
      [bundle, stage.database.url, stage.platform.url, ...(crashAfter ? [crashAfter] : [])],
      {
        stdio: ["ignore", "ignore", "inherit"],
      },
    );
    children.push(child);
    return child;
  }

  it.each([
    ["taken", "done", 1],
    ["kill-switch-is-open", "done", 1],
    ["policy-agrees", "done", 1],
    ["approval-holds", "done", 1],
    ["preconditions-hold", "done", 1],
    ["entity-is-locked", "done", 1],
    ["undo-is-armed", "done", 1],
    ["executing", "failed", 0],
    ["answered", "done", 1],
    ["finished-done", "done", 1],
    ["before-answer", "done", 1],
  ] as const)(
    "after %s: the next hand goes on from the journal, nothing is written twice",
    async (point, result, writes) => {
      const crashing = start(point);
      const ended = new Promise<void>((resolve) => crashing.once("exit", () => resolve()));
      const outcome = stage.act().execute(await stage.planned());
      await ended;
      expect(crashing.signalCode).toBe("SIGKILL");
      start();
      expect(await outcome).toMatchObject({ result });
      expect(stage.platform.writes).toHaveLength(writes);
    },
  );
});
