import { Command, CommanderError } from "commander";
import { midwatchError } from "../core/errors.ts";
import { addAlertCommands } from "./commands/alerts.ts";
import { addConfigCommands } from "./commands/config.ts";
import { addDrillCommands } from "./commands/demo.ts";
import { addDoctorCommands } from "./commands/doctor.ts";
import { addExplainCommand } from "./commands/explain.ts";
import { addIncidentCommands } from "./commands/incidents.ts";
import { addInvestigateCommand } from "./commands/investigate.ts";
import { addServeCommand } from "./commands/serve.ts";
import { addTrustCommands } from "./commands/trust.ts";
import { notEmpty } from "./options.ts";
import { reportError } from "./report-error.ts";
import { line } from "./terminal.ts";

const version = process.env.MIDWATCH_VERSION ?? "0.0.0";

const program = new Command("midwatch")
  .description("Investigates every alert, proves the cause, proposes a guarded fix, verifies that it helped.")
  .version(version, "-V, --version", "print the version")
  .option("--data <folder>", "the data folder of the midwatch to talk to or to start", notEmpty)
  .option("--server <url>", "talk to a midwatch elsewhere, with its token in MIDWATCH_TOKEN", notEmpty)
  .option("--json", "print JSON, for scripts")
  .exitOverride()
  .configureOutput({ outputError: () => {} }) // said below, with a code
  .addHelpText(
    "after",
    "\nExit status: 0 answered, 1 no answer or refused, 2 wrong usage, 3 could not reach something.",
  );

addServeCommand(program, version);
addInvestigateCommand(program);
addIncidentCommands(program);
addAlertCommands(program);
addDrillCommands(program);
addTrustCommands(program);
addDoctorCommands(program);
addConfigCommands(program);
addExplainCommand(program);
program
  .command("version")
  .description("print the version")
  .action(() => line(program.opts<{ json?: boolean }>().json ? JSON.stringify({ version }) : version));
for (const command of allCommands(program)) command.exitOverride();

// `midwatch show | head` closes the pipe early: that is no failure of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

try {
  await program.parseAsync();
} catch (thrown) {
  process.exitCode = report(thrown);
}

function allCommands(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...allCommands(child)]);
}

/** Every error has a code and a way out. */
function report(thrown: unknown): number {
  // Asked of the arguments: what cannot be understood may stand before --json.
  const isJson = process.argv.includes("--json");
  if (!(thrown instanceof CommanderError)) return reportError(thrown, isJson);
  if (thrown.exitCode === 0) return 0;
  if (thrown.code === "commander.help") return 2; // a command without its word: its help was shown
  return reportError(midwatchError("MW_USAGE", { problem: sentenceOf(thrown.message) }, thrown), isJson);
}

/** "error: unknown option '--nope'\n(Did you mean …?)" as sentences. */
function sentenceOf(message: string): string {
  const text = message
    .replace(/^error: /, "")
    .replace(/\s*\n\s*/g, " ")
    .trim();
  const asked = text.replace(/\.? \((Did you mean .*\?)\)$/, ". $1");
  const ended = /[.?]$/.test(asked) ? asked : `${asked}.`;
  return ended.charAt(0).toUpperCase() + ended.slice(1);
}
