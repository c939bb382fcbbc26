import { isMidwatchError, midwatchError } from "../core/errors.ts";
import { exitStatusOf } from "./exit-status.ts";
import { bold, quiet, red } from "./terminal.ts";

/**
 * Says what went wrong with its code and the way out: on standard error, or as JSON on standard output where answers
 * stand too. Answers with the exit status.
 */
export function reportError(thrown: unknown, isJson: boolean): number {
  const error = isMidwatchError(thrown) ? thrown : midwatchError("MW_INTERNAL", { problem: textOf(thrown) }, thrown);
  const { code, message, wayOut } = error;
  if (isJson) process.stdout.write(`${JSON.stringify({ error: { code, message, wayOut } })}\n`);
  else
    process.stderr.write(`${red(code)} ${bold(message)}\n${wayOut}\n${quiet(`midwatch explain ${code} tells more`)}\n`);
  return exitStatusOf(error);
}

function textOf(thrown: unknown): string {
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
}
