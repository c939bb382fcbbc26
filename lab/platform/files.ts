import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";

/** Writes whole or not at all, also across kill -9. */
export function writeJson(path: string, value: unknown): void {
  const next = `${path}.new`;
  const file = openSync(next, "w", 0o600);
  writeSync(file, JSON.stringify(value, null, 1));
  fsyncSync(file);
  closeSync(file);
  renameSync(next, path);
}

/** Undefined when the file is not there. */
export function readJson<T>(path: string): T | undefined {
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as T) : undefined;
}
