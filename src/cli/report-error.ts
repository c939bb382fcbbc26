import { isMidwatchError } from "../core/errors.ts";
import { exitStatusOf } from "./client.ts";
import { bold, quiet, red } from "./terminal.ts";

/** Says what went wrong with its code and the way out, on standard error or as JSON. Answers with the exit status. */
export function reportError(thrown: unknown, isJson: boolean): number {
  if (isMidwatchError(thrown)) {
    const { code, message, wayOut } = thrown;
    if (isJson) process.stdout.write(`${JSON.stringify({ error: { code, message, wayOut } })}\n`);
    else
      process.stderr.write(
        `${red(code)} ${bold(message)}\n${wayOut}\n${quiet(`midwatch explain ${code} tells more`)}\n`,
      );
    return exitStatusOf(thrown);
  }
  process.stderr.write(
    `${red("MW_INTERNAL")} ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}\n`,
  );
  return 1;
}
