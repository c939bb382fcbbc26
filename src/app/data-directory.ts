import { accessSync, constants, existsSync, mkdirSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { midwatchError } from "../core/errors.ts";

/**
 * Where midwatch keeps its data when nobody says otherwise. For root it lies outside of private home folders, because
 * PostgreSQL must not run as root and its user has to get there.
 */
export function defaultDataDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment["MIDWATCH_DATA"]) return path.resolve(environment["MIDWATCH_DATA"]);
  if (process.getuid?.() === 0) return "/var/lib/midwatch";
  const shared = environment["XDG_DATA_HOME"] || path.join(os.homedir(), ".local", "share");
  return path.join(shared, "midwatch");
}

/** Makes the folder and makes sure that it can be written. Throws MW_DATA_NO_PERMISSION or MW_DISK_FULL. */
export function prepareDataDirectory(directory: string): void {
  try {
    makeFolder(directory);
    accessSync(directory, constants.W_OK);
  } catch (cause) {
    throw explainFileProblem(cause, directory);
  }
}

/** Not `recursive`: Node tries for ever where a parent is there and takes no folders, as in /proc. */
function makeFolder(directory: string): void {
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return;
  const parent = path.dirname(directory);
  if (parent !== directory && !existsSync(parent)) makeFolder(parent);
  mkdirSync(directory, { mode: 0o755 });
}

/** What the file system refused, in our codes; everything else stays what it is. */
export function explainFileProblem(cause: unknown, directory: string): unknown {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  if (code === "ENOSPC" || code === "EDQUOT") return midwatchError("MW_DISK_FULL", { directory }, cause);
  const problem = problems[code];
  return problem === undefined ? cause : midwatchError("MW_DATA_NO_PERMISSION", { directory, problem }, cause);
}

const problems: Record<string, string> = {
  EACCES: "this user may not write there.",
  EPERM: "this user may not write there.",
  EROFS: "it is on a read-only disk.",
  ENOENT: "no folder can be made there.",
  ENOTDIR: "a part of the path is a file.",
  EEXIST: "there is a file of that name.",
};
