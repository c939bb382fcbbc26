import type { PostgresErrorCode } from "@midwatch/postgres";
import { type ErrorCode, type MidwatchError, midwatchError } from "../core/errors.ts";

/** What the supervisor of an embedded PostgreSQL says, here or in another process. */
export type SupervisorProblem = { code: string; message: string; wayOut: string };

const codes: Record<PostgresErrorCode, ErrorCode> = {
  DATA_DIRECTORY_UNREACHABLE: "MW_DATA_UNREACHABLE",
  DISK_FULL: "MW_DISK_FULL",
  LOCKED_BY_OTHER: "MW_STORE_LOCKED",
  NO_BINARY: "MW_NO_BINARY",
  NOT_A_DATA_DIRECTORY: "MW_STORE_START_FAILED",
  NO_PERMISSION: "MW_DATA_NO_PERMISSION",
  START_FAILED: "MW_STORE_START_FAILED",
  VERSION_MISMATCH: "MW_STORE_VERSION_MISMATCH",
};

/** In our codes; it says what happened and the way out better than a general text could. Null: not one of its codes. */
export function explainSupervisor(problem: SupervisorProblem, directory: string): MidwatchError | null {
  const known = Object.entries(codes).find(([code]) => code === problem.code);
  if (!known) return null;
  const error = midwatchError(known[1], { directory, problem: problem.message }, problem);
  return Object.assign(error, { message: problem.message, wayOut: problem.wayOut });
}
