/** What can go wrong with an embedded PostgreSQL; codes are permanent, callers match on them. */
export type PostgresErrorCode =
  | "DATA_DIRECTORY_UNREACHABLE" // a parent directory may not be entered by the account PostgreSQL runs as
  | "DISK_FULL"
  | "LOCKED_BY_OTHER" // another living supervisor holds this data directory
  | "NO_BINARY" // no PostgreSQL for this operating system and architecture, or it cannot be executed
  | "NOT_A_DATA_DIRECTORY" // the directory holds something else
  | "NO_PERMISSION"
  | "START_FAILED"
  | "VERSION_MISMATCH"; // the data was written by another major version of PostgreSQL

/** What the message is made of, for callers with messages of their own. */
export type PostgresErrorDetails = {
  directory?: string;
  problem?: string;
  /** Account that PostgreSQL would run as. */
  user?: string;
  /** Process id of the instance that holds the directory; 0 where it has just ended. */
  pid?: number;
  /** Major version that wrote the data, and ours. */
  found?: string;
  known?: number;
  platform?: string;
};

/** An error with a code, one plain sentence (what happened and why) and the next thing a person does. */
export class PostgresError extends Error {
  readonly code: PostgresErrorCode;
  readonly wayOut: string;
  readonly details: PostgresErrorDetails;

  constructor(
    code: PostgresErrorCode,
    message: string,
    wayOut: string,
    more: { cause?: unknown; details?: PostgresErrorDetails } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = "PostgresError";
    this.code = code;
    this.wayOut = wayOut;
    this.details = more.details ?? {};
  }
}

/** The `code` of an error of Node or of PostgreSQL (ENOENT, 57P03, …); undefined where there is none. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A write that ends in the middle has no error number: PostgreSQL tells it in words and a hint. */
const fullDisk = /No space left on device|Disk quota exceeded|wrote only \d+ of \d+ bytes|Check free disk space/i;

/**
 * Turns what initdb, postgres or the file system said into the matching error.
 * `said` is their own text (messages are in English: the environment is cleaned before they run).
 */
export function explainFailure(doing: string, dataDirectory: string, said: string, cause?: unknown): PostgresError {
  const lastLines = said.trim().split("\n").slice(-6).join("\n");
  const code = codeOf(cause);
  const problem = `${doing} failed${lastLines ? `: ${lastLines}` : ""}`;
  const more = { cause, details: { directory: dataDirectory, problem } };
  if (code === "ENOSPC" || code === "EDQUOT" || fullDisk.test(said)) {
    return new PostgresError(
      "DISK_FULL",
      `The disk that holds ${dataDirectory} is full: ${doing} failed.`,
      "Free some space (200 MB are enough to start) or choose another data directory, then start again.",
      more,
    );
  }
  if (
    code === "EACCES" ||
    code === "EPERM" ||
    code === "EROFS" ||
    /Permission denied|Read-only file system/i.test(said)
  ) {
    return new PostgresError(
      "NO_PERMISSION",
      `No permission for ${dataDirectory}: ${doing} failed${lastLines ? ` (${lastLines})` : ""}.`,
      "Give the account that runs this write access to the directory, or choose another data directory.",
      more,
    );
  }
  return new PostgresError(
    "START_FAILED",
    `PostgreSQL for ${dataDirectory}: ${doing} failed: ${lastLines || textOf(cause ?? "no message")}`,
    `Read ${dataDirectory}/postgres.log if it exists; it ends with PostgreSQL's own reason.`,
    more,
  );
}
