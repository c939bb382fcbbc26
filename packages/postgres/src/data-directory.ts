import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import type { Binaries } from "./binaries.ts";
import { firstUnreachable, type OperatingUser } from "./operating-user.ts";
import { codeOf, explainFailure, PostgresError, textOf } from "./postgres-error.ts";
import { isAlive } from "./postmaster.ts";

/** The superuser of every cluster made here; only the owner of the private socket directory can connect. */
export const SUPERUSER = "postgres";

/**
 * Makes sure that a cluster of our version is there, made anew where the directory is missing or empty.
 * True when it was made now. Throws with a code for everything that stands in the way.
 */
export async function prepareDataDirectory(
  dataDirectory: string,
  binaries: Binaries,
  user: OperatingUser,
): Promise<boolean> {
  refuseUnreachable(dataDirectory, user);
  const version = readMajorVersion(dataDirectory);
  if (version !== undefined) {
    refuseOtherVersion(dataDirectory, version, binaries);
    takeOwnership(dataDirectory, user);
    return false;
  }
  refuseForeignContent(dataDirectory);
  await initialise(dataDirectory, binaries, user);
  return true;
}

/** The account of the server may enter every directory on the way, and so may we write there. */
export function refuseUnreachable(dataDirectory: string, user: OperatingUser): void {
  const blocked = firstUnreachable(path.dirname(dataDirectory), user);
  if (blocked === undefined) return;
  throw new PostgresError(
    "DATA_DIRECTORY_UNREACHABLE",
    `PostgreSQL cannot run as root, so it runs as ${user.name}, who may not enter ${blocked} on the way to ${dataDirectory}.`,
    `Choose a data directory outside ${blocked} (such as /var/lib/midwatch), or run as the user who owns it.`,
    { details: { directory: blocked, user: user.name } },
  );
}

function readMajorVersion(dataDirectory: string): string | undefined {
  try {
    return fs.readFileSync(path.join(dataDirectory, "PG_VERSION"), "utf8").trim();
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    if (codeOf(error) === "ENOTDIR") {
      throw new PostgresError(
        "NOT_A_DATA_DIRECTORY",
        `${dataDirectory} is not a directory.`,
        "Choose another data directory.",
        { details: { directory: dataDirectory, problem: "it is not a directory" } },
      );
    }
    throw explainFailure("reading it", dataDirectory, "", error);
  }
}

function refuseOtherVersion(dataDirectory: string, version: string, binaries: Binaries): void {
  if (Number(version) === binaries.majorVersion) return;
  throw new PostgresError(
    "VERSION_MISMATCH",
    `${dataDirectory} was written by PostgreSQL ${version}; this is PostgreSQL ${binaries.majorVersion}, which cannot read it.`,
    `Export it with pg_dump of version ${version} and load it into an empty data directory, or go back to the release that made it.`,
    { details: { directory: dataDirectory, found: version, known: binaries.majorVersion } },
  );
}

function refuseForeignContent(dataDirectory: string): void {
  let names: string[];
  try {
    names = fs.readdirSync(dataDirectory);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return;
    throw explainFailure("reading it", dataDirectory, "", error);
  }
  const foreign = names.filter((name) => name !== "lost+found");
  if (foreign.length === 0) return;
  throw new PostgresError(
    "NOT_A_DATA_DIRECTORY",
    `${dataDirectory} is neither empty nor a PostgreSQL data directory (it holds ${foreign.slice(0, 3).join(", ")}).`,
    "Choose an empty or new directory.",
    { details: { directory: dataDirectory, problem: `it holds ${foreign.slice(0, 3).join(", ")}` } },
  );
}

/** A restored backup comes with root as owner or with wide permissions; PostgreSQL refuses both. */
function takeOwnership(dataDirectory: string, user: OperatingUser): void {
  try {
    const stat = fs.statSync(dataDirectory);
    if (user.uid !== undefined && stat.uid !== user.uid) chownTree(dataDirectory, user.uid, user.gid ?? user.uid);
    if ((stat.mode & 0o077) !== 0) fs.chmodSync(dataDirectory, 0o700);
  } catch (error) {
    throw explainFailure("taking ownership of it", dataDirectory, textOf(error), error);
  }
}

function chownTree(directory: string, uid: number, gid: number): void {
  fs.lchownSync(directory, uid, gid);
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    const file = path.join(directory, entry.name);
    if (entry.isDirectory()) chownTree(file, uid, gid);
    else fs.lchownSync(file, uid, gid);
  }
}

/**
 * Makes the cluster beside its place and moves it there, so that a crash in between, or somebody who does the same at
 * the same time, never leaves half a cluster. Where the directory is a mount point it has to be made in place.
 */
async function initialise(dataDirectory: string, binaries: Binaries, user: OperatingUser): Promise<void> {
  const unfinished = `${dataDirectory}.init-${process.pid}-${randomBytes(4).toString("hex")}`;
  try {
    fs.mkdirSync(path.dirname(dataDirectory), { recursive: true });
    refuseUnreachable(dataDirectory, user); // parents made just now follow our umask
    removeAbandoned(dataDirectory);
    await runInitdb(unfinished, binaries, user);
    try {
      fs.renameSync(unfinished, dataDirectory);
    } catch (error) {
      if (codeOf(error) === "ENOTEMPTY" || codeOf(error) === "EEXIST") return; // another supervisor was faster: its cluster counts
      if (codeOf(error) !== "EBUSY" && codeOf(error) !== "EXDEV") throw error;
      await runInitdb(dataDirectory, binaries, user);
    }
  } catch (error) {
    if (error instanceof PostgresError) throw error;
    throw explainFailure("making the data directory", dataDirectory, textOf(error), error);
  } finally {
    fs.rmSync(unfinished, { recursive: true, force: true });
  }
}

/** What starts that were killed half-way left beside the directory. */
function removeAbandoned(dataDirectory: string): void {
  const prefix = `${path.basename(dataDirectory)}.init-`;
  for (const name of fs.readdirSync(path.dirname(dataDirectory))) {
    if (!name.startsWith(prefix) || isAlive(Number.parseInt(name.slice(prefix.length), 10))) continue;
    fs.rmSync(path.join(path.dirname(dataDirectory), name), { recursive: true, force: true });
  }
}

async function runInitdb(directory: string, binaries: Binaries, user: OperatingUser): Promise<void> {
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (user.uid !== undefined && user.gid !== undefined) fs.chownSync(directory, user.uid, user.gid);
  fs.chmodSync(directory, 0o700);
  // The built-in locale sorts and folds the same on every system, whatever locales are installed.
  const locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];
  const flags = ["-D", directory, "-U", SUPERUSER, "--auth=trust", "--no-instructions", ...locale];
  const { status, said } = await run(binaries.initdb, flags, user);
  if (status !== 0) throw explainFailure("initdb", directory.replace(/\.init-[^/]*$/, ""), said);
}

function run(program: string, flags: string[], user: OperatingUser): Promise<{ status: number; said: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, flags, { ...spawnAs(user), stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    const hear = (chunk: Buffer) => {
      said += chunk.toString("utf8");
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("error", (error) => reject(explainSpawn(program, user, error)));
    child.on("close", (status, signal) =>
      resolve({ status: status ?? -1, said: signal ? `${said}\nended by ${signal}` : said }),
    );
  });
}

/** Clean environment: PGPORT, PGDATA, PGOPTIONS and a translated LANG of the caller must not reach the server. */
export function spawnAs(user: OperatingUser): { uid?: number; gid?: number; cwd: string; env: NodeJS.ProcessEnv } {
  const env = { PATH: process.env.PATH ?? "/usr/bin:/bin", LANG: "C", LC_ALL: "C", TZ: "UTC" };
  return { ...(user.uid === undefined ? {} : { uid: user.uid, gid: user.gid }), cwd: "/", env };
}

export function explainSpawn(program: string, user: OperatingUser, error: Error): PostgresError {
  if (codeOf(error) === "ENOENT" && fs.existsSync(program)) {
    return new PostgresError(
      "NO_BINARY",
      `${program} is there but this system cannot run it: it was built for glibc, which a musl system such as Alpine lacks.`,
      "Use a Debian-based image, or an external PostgreSQL (15 or newer) by its URL.",
      { cause: error, details: { platform: `${process.platform} on ${process.arch} without glibc` } },
    );
  }
  if (codeOf(error) === "EPERM" || codeOf(error) === "EINVAL") {
    return new PostgresError(
      "NO_PERMISSION",
      `This process runs as root but may not become ${user.name} (${textOf(error)}), and PostgreSQL refuses to run as root.`,
      "Start it as an ordinary user, or grant the container CAP_SETUID and CAP_SETGID.",
      { cause: error, details: { directory: program, problem: textOf(error), user: user.name } },
    );
  }
  return new PostgresError("NO_BINARY", `${program} cannot be run: ${textOf(error)}.`, "Run `npm ci` again.", {
    cause: error,
    details: { platform: `${process.platform} on ${process.arch}` },
  });
}
