import type { Command } from "commander";
import { type ErrorCode, errorCodes, explainError, midwatchError } from "../../core/errors.ts";
import { bold, line, quiet } from "../terminal.ts";

export function addExplainCommand(program: Command): void {
  program
    .command("explain <code>")
    .description("what an error code means and what to do")
    .action((code: string) => {
      const known = errorCodes.find((one) => one === code.toUpperCase());
      if (!known)
        throw midwatchError("MW_USAGE", { problem: `There is no error ${code}. Known: ${errorCodes.join(", ")}.` });
      print(known, program.opts<{ json?: boolean }>().json === true);
    });
}

function print(code: ErrorCode, isJson: boolean): void {
  const explained = explainError(code);
  if (isJson) {
    line(JSON.stringify(explained));
    return;
  }
  line(`${bold(code)}  ${explained.title}`);
  line(explained.wayOut);
  line(quiet(explained.retryable ? "Trying again may help." : "Trying again without a change does not help."));
}
