import { readFileSync } from "node:fs";
import path from "node:path";

/** A secret's value without the line break that editors leave; null when it is not there. */
export function readSecret(kind: "env" | "file", name: string, folder: string): string | null {
  if (kind === "env") return process.env[name] ?? null;
  try {
    return readFileSync(path.resolve(folder, name), "utf8").replace(/\r?\n$/, "");
  } catch {
    return null;
  }
}
