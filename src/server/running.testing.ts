import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { readInstance } from "../app/instance-file.ts";
import { type Started, startMidwatch } from "./start.ts";

export type RunningForTest = Started & {
  directory: string;
  /** The command line's own header. */
  operator: { authorization: string };
  /** Stops it, where that has not happened, and takes its folder away. */
  remove(): Promise<void>;
  /** With the command line's header unless other headers are given. Text is sent as it is, everything else as JSON. */
  ask(method: string, place: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
};

/** The whole product without a lab, as somebody starts it: own PostgreSQL, threads, hand, HTTP. Needs the built workers. */
export async function startForTest(): Promise<RunningForTest> {
  const directory = mkdtempSync(path.join(os.tmpdir(), "midwatch-server-"));
  // PostgreSQL does not run as root: its account has to get through.
  if (process.getuid?.() === 0) chmodSync(directory, 0o755);
  const config = path.join(directory, "midwatch.yaml");
  writeFileSync(config, "telemetry:\n  port: 0\n");
  const running = await startMidwatch({ config, data: directory, port: 0, version: "0.0.0-test" });
  const operator = { authorization: `Bearer ${readInstance(directory)?.token}` };
  return {
    ...running,
    directory,
    operator,
    ask: (method, place, body, headers = operator) =>
      fetch(new URL(place, running.url), {
        method,
        redirect: "manual",
        headers: {
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      }),
    remove: async () => {
      await running.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
