import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { firstUnreachable, type OperatingUser } from "./operating-user.ts";
import { PostgresError, textOf } from "./postgres-error.ts";

/** The port is part of the socket's file name only: no TCP is opened. */
export const SOCKET_PORT = 5432;

/** 108 bytes with the closing zero on Linux, 104 on macOS. */
const LONGEST_SOCKET_PATH_BYTES = 103;

/**
 * A private directory with a short path for the socket, the same one for the same data directory. Not the data
 * directory itself: its path may be longer than a socket's may be. Mode 0700, owned by the account of the server.
 */
export function prepareRuntimeDirectory(dataDirectory: string, user: OperatingUser): string {
  const hash = createHash("sha256").update(path.resolve(dataDirectory)).digest("hex").slice(0, 12);
  const problems: string[] = [];
  for (const parent of parents()) {
    const directory = path.join(parent, `midwatch-pg-${hash}`);
    const problem = claim(directory, user);
    if (problem === undefined) return directory;
    problems.push(`${directory}: ${problem}`);
  }
  throw new PostgresError(
    "NO_PERMISSION",
    `No directory for PostgreSQL's socket: ${problems.join("; ")}.`,
    "Set TMPDIR to a short directory that you may write to.",
    { details: { directory: os.tmpdir(), problem: problems.join("; "), user: user.name } },
  );
}

/** Takes the empty directory away after an orderly stop; leaves it where something is in it. */
export function removeRuntimeDirectory(directory: string): void {
  try {
    fs.rmdirSync(directory);
  } catch {
    // not empty, or gone already
  }
}

function parents(): string[] {
  const isRoot = process.getuid?.() === 0;
  return [...new Set([...(isRoot ? ["/run"] : []), os.tmpdir(), "/tmp"])];
}

/** Why the directory cannot be used; undefined when it is ready. */
function claim(directory: string, user: OperatingUser): string | undefined {
  if (Buffer.byteLength(path.join(directory, `.s.PGSQL.${SOCKET_PORT}`)) > LONGEST_SOCKET_PATH_BYTES)
    return "path too long";
  const owner = user.uid ?? process.getuid?.();
  try {
    fs.mkdirSync(directory, { mode: 0o700, recursive: true });
    const stat = fs.lstatSync(directory);
    const isOurs = stat.isDirectory() && (stat.uid === owner || stat.uid === process.getuid?.());
    if (!isOurs) return "belongs to somebody else"; // in /tmp anybody could have made it before us
    if (user.uid !== undefined && user.gid !== undefined) fs.chownSync(directory, user.uid, user.gid);
    fs.chmodSync(directory, 0o700);
  } catch (error) {
    return textOf(error);
  }
  const blocked = firstUnreachable(directory, user);
  return blocked === undefined ? undefined : `${user.name} may not enter ${blocked}`;
}
