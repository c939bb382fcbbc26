/** Child processes of a test: what they say goes to a file, their end is waited for. */
import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { endChild } from "../tools/end-child.ts";

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

export type Child = {
  /** Where its words are. */
  log: string;
  /** Resolves with the first line of its output that the pattern matches; rejects when it ends before. */
  says(pattern: RegExp): Promise<string>;
  stop(): Promise<void>;
};

/** A Node program of the build, its words in `<directory>/<name>.log`. */
export function startChild(
  name: string,
  program: string,
  parameters: string[],
  options: { directory: string; environment?: Record<string, string> },
): Child {
  mkdirSync(options.directory, { recursive: true });
  const log = path.join(options.directory, `${name}.log`);
  const child = spawn(process.execPath, [path.join(root, "dist", program), ...parameters], {
    env: { ...process.env, ...options.environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const file = createWriteStream(log);
  child.stdout.pipe(file, { end: false });
  child.stderr.pipe(file, { end: false });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const lines = createInterface({ input: child.stdout });
  return {
    log,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        lines.on("line", (line) => pattern.test(line) && resolve(line));
        void ended.then(() => reject(new Error(`${name} ended before it said ${pattern}; see ${log}`)));
      }),
    stop: () => endChild(child, 20_000),
  };
}
