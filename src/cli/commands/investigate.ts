import { readFileSync } from "node:fs";
import { text as readAll } from "node:stream/consumers";
import { type Command, Option } from "commander";
import type { Receipt } from "../../app/midwatch.ts";
import { midwatchError } from "../../core/errors.ts";
import type { AlertsView } from "../../server/views.ts";
import { type Client, type ConnectionOptions, connectClient } from "../client.ts";
import { followIncident, progressFor } from "../follow-incident.ts";
import { durationSeconds, notEmpty, positiveNumber } from "../options.ts";
import { printIncident } from "../print-incident.ts";
import { line } from "../terminal.ts";

type Options = { alert?: string; service?: string; since: number; within: number; failOn?: string };

export function addInvestigateCommand(program: Command): void {
  program
    .command("investigate")
    .description("look now: at an alert, a service, or {alert, context} on standard input")
    .option("--alert <file>", "an alert as JSON: Alertmanager's payload or {alert, context}")
    .option("--service <name>", "look at this service", notEmpty)
    .addOption(
      new Option("--since <duration>", "since when, with --service: 30m, 2h")
        .argParser(durationSeconds)
        .default(1800, "30m"),
    )
    .option("--within <seconds>", "how long to wait for an answer", positiveNumber, 60)
    .addOption(
      new Option("--fail-on <verdict>", "exit status 1 when the verdict is this one").choices([
        "cause",
        "leads",
        "unknown",
        "healthy",
      ]),
    )
    .action(async (options: Options) => {
      const globals = program.opts<ConnectionOptions & { json?: boolean }>();
      const question = await questionOf(options);
      const client = connectClient(globals);
      const receipt = await client.post<Receipt>(question.path, question.body);
      const [id] = receipt.incidentIds;
      if (id === undefined) throw await keptQuiet(client, receipt);
      const progress = progressFor(process.stdout, globals.json === true);
      const view = await followIncident(client, id, options.within, progress);
      if (!view) throw midwatchError("MW_NO_ANSWER", { incident: id, seconds: options.within });
      if (globals.json) line(JSON.stringify(view));
      else printIncident(view, `${client.url}/incidents/${view.line.id}`);
      if (options.failOn !== undefined && view.headline.verdict === options.failOn) process.exitCode = 1;
    });
}

/** Understood before anybody is asked: what is wrong with it is wrong whether midwatch runs or not. */
async function questionOf({ service, alert, since }: Options): Promise<{ path: string; body: unknown }> {
  if (service !== undefined) {
    if (alert !== undefined)
      throw midwatchError("MW_USAGE", { problem: "Give --alert or --service, not both: they are two questions." });
    const from = new Date(Date.now() - since * 1000).toISOString();
    return { path: "/api/v1/look", body: { entity: service, since: from } };
  }
  // Alertmanager's payload too: its own receiver answers before anything is decided, as Alertmanager wants it.
  return { path: "/api/v1/intake/context", body: await parse(alert) };
}

/** Why nothing was opened: triage has said so. */
async function keptQuiet(client: Client, { itemIds }: Receipt): Promise<Error> {
  const { alerts } = await client.get<AlertsView>("/api/v1/alerts");
  const [why] = alerts.filter(({ itemId }) => itemIds.includes(itemId)).map(({ reason }) => reason);
  return midwatchError("MW_KEPT_QUIET", { why: why ?? "nothing was decided about it yet" });
}

async function parse(file: string | undefined): Promise<unknown> {
  if (file === undefined && process.stdin.isTTY) {
    throw midwatchError("MW_USAGE", {
      problem: "Say what to look at: --alert FILE, --service NAME, or JSON on standard input.",
    });
  }
  const where = file ?? "standard input";
  let text: string;
  try {
    text = file === undefined ? await readAll(process.stdin) : readFileSync(file, "utf8");
  } catch (cause) {
    throw midwatchError("MW_USAGE", { problem: `${where} cannot be read: ${messageOf(cause)}.` }, cause);
  }
  if (text.trim() === "")
    throw midwatchError("MW_USAGE", { problem: `${where} is empty: write an alert, such as {"alert": "…"}.` });
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw midwatchError("MW_USAGE", { problem: `${where} is no JSON: ${messageOf(cause)}.` }, cause);
  }
}

function messageOf(cause: unknown): string {
  const code = cause instanceof Error && "code" in cause ? cause.code : "";
  if (code === "ENOENT") return "there is no such file";
  if (code === "EISDIR") return "it is a folder";
  if (code === "EACCES") return "this user may not read it";
  return cause instanceof Error ? cause.message : String(cause);
}
