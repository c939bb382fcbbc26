import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { root } from "./source-files.ts";

const { minVersion, satisfies } = createRequire(import.meta.url)("semver") as {
  minVersion(range: string): { version: string } | null;
  satisfies(version: string, range: string): boolean;
};

export type Lock = { packages: Record<string, { version?: string; engines?: { node?: string } }> };

/** Packages that do not want the oldest Node that we promise to run on; nobody notices on a newer one. */
export function findUnsupportedPackages(lock: Lock): string[] {
  const promised = lock.packages[""]?.engines?.node ?? "";
  const oldest = minVersion(promised)?.version ?? "";
  return Object.entries(lock.packages).flatMap(([place, { version, engines }]) =>
    engines?.node === undefined || satisfies(oldest, engines.node)
      ? []
      : [
          `${place} ${version} wants Node ${engines.node}, we promise ${promised}: take another version, or override it`,
        ],
  );
}

export function readLock(): Lock {
  return JSON.parse(readFileSync(path.join(root, "package-lock.json"), "utf8")) as Lock;
}
