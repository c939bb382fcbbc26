import { readFileSync } from "node:fs";
import path from "node:path";

export type Secret = { value: string } | { problem: string };

/** A secret's value without the line break that editors leave, or why there is none. */
export function readSecret(kind: "env" | "file", name: string, folder: string): Secret {
  if (kind === "env") {
    const value = process.env[name];
    return value === undefined ? { problem: "is not there" } : { value };
  }
  try {
    return { value: readFileSync(path.resolve(folder, name), "utf8").replace(/\r?\n$/, "") };
  } catch (cause) {
    return {
      problem: problems[cause instanceof Error && "code" in cause ? String(cause.code) : ""] ?? "cannot be read",
    };
  }
}

const problems: Record<string, string> = {
  ENOENT: "is not there",
  ENOTDIR: "is not there",
  EACCES: "may not be read by this user",
  EISDIR: "is a folder",
};
