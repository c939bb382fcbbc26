import { mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { startLab } from "./platform/lab.ts";

const program = new Command("lab")
  .description("A small shop of real processes that can be broken on purpose.")
  .requiredOption("--data <dir>", "where its database, state and logs live")
  .option("--platform-port <n>", "port of the platform API, 0: any", "0")
  .option("--platform-read-token <token>")
  .option("--platform-write-token <token>")
  .option("--platform-drill-token <token>", "may start drills and nothing else")
  .option("--truth-port <n>", "port of the truth, 0: any", "0")
  .option("--truth-token <token>")
  .option("--estate <file>", "names and sizes; the shipped estate.yaml if not given")
  .option("--faults-from <dir>", "more faults, as ES modules (docs/guides/lab-faults.md)")
  .option("--seed <n>", "of the users' journeys", "1")
  .parse();

const options = program.opts<Record<string, string | undefined>>();
const here = dirname(fileURLToPath(import.meta.url));
const directory = resolve(options["data"] ?? "");
mkdirSync(directory, { recursive: true, mode: 0o755 });

const starting = startLab({
  directory,
  serviceEntry: join(here, import.meta.url.endsWith(".ts") ? "service-main.ts" : "service.js"),
  estateFile: options["estate"],
  faultsFrom: options["faultsFrom"],
  platformPort: Number(options["platformPort"]),
  truthPort: Number(options["truthPort"]),
  readToken: options["platformReadToken"],
  writeToken: options["platformWriteToken"],
  truthToken: options["truthToken"],
  drillToken: options["platformDrillToken"],
  seed: Number(options["seed"]),
  log: (line) => process.stderr.write(`lab: ${line}\n`),
});

/** What is still starting is ended when it knows what it has to end. */
let stopping: Promise<void> | undefined;
const end = async () => {
  const lab = await starting.catch(() => null);
  await lab?.stop().catch((error: Error) => process.stderr.write(`lab: ${error.message}\n`));
  process.exit(lab ? 0 : 1);
};
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    stopping ??= end();
  });
}

try {
  const { about } = await starting;
  if (!stopping) process.stdout.write(`${JSON.stringify({ ready: true, ...about })}\n`);
} catch (error) {
  const { code, wayOut } = error as { code?: string; wayOut?: string };
  const { message } = error as Error;
  // A program reads it like the ready line; a person at a terminal gets words.
  if (process.stdout.isTTY) process.stderr.write(`lab: ${code ? `${code}: ` : ""}${message}\n     ${wayOut ?? ""}\n`);
  else process.stdout.write(`${JSON.stringify({ error: { code: code ?? "", message, wayOut: wayOut ?? "" } })}\n`);
  process.exit(1);
}
