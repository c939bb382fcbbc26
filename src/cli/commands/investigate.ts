import { readFileSync } from "node:fs";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Receipt } from "../../app/midwatch.ts";
import { midwatchError } from "../../core/errors.ts";
import type { AlertsView } from "../../server/views.ts";
import { type Client, type ConnectionOptions, connectClient } from "../client.ts";
import { followIncident, progressFor } from "../follow-incident.ts";
import { printIncident } from "../print-incident.ts";
import { line } from "../terminal.ts";

type Options = { alert?: string; service?: string; since: string; within: number; failOn?: string };

export function addInvestigateCommand(program: Command): void {
  program
    .command("investigate")
    .description("look now: at an alert, a service, or {alert, context} on standard input")
    .option("--alert <file>", "an alert as JSON: Alertmanager's payload or {alert, context}")
    .option("--service <name>", "look at this service")
    .option("--since <duration>", "since when, with --service: 30m, 2h", "30m")
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
      const client = connectClient(globals);
      const receipt = await send(client, options);
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

async function send(client: Client, options: Options): Promise<Receipt> {
  if (options.service !== undefined) {
    if (options.alert !== undefined)
      throw midwatchError("MW_USAGE", { problem: "Give --alert or --service, not both: they are two questions." });
    const since = new Date(Date.now() - secondsOf(options.since) * 1000).toISOString();
    return client.post<Receipt>("/api/v1/look", { entity: options.service, since });
  }
  // Alertmanager's payload too: its own receiver answers before anything is decided, as Alertmanager wants it.
  return client.post<Receipt>("/api/v1/intake/context", parse(options.alert));
}

/** Why nothing was opened: triage has said so. */
async function keptQuiet(client: Client, { itemIds }: Receipt): Promise<Error> {
  const { alerts } = await client.get<AlertsView>("/api/v1/alerts");
  const [why] = alerts.filter(({ itemId }) => itemIds.includes(itemId)).map(({ reason }) => reason);
  return midwatchError("MW_KEPT_QUIET", { why: why ?? "nothing was decided about it yet" });
}

function parse(file: string | undefined): unknown {
  if (file === undefined && process.stdin.isTTY) {
    throw midwatchError("MW_USAGE", {
      problem: "Say what to look at: --alert FILE, --service NAME, or JSON on standard input.",
    });
  }
  const where = file ?? "standard input";
  let text: string;
  try {
    text = readFileSync(file ?? 0, "utf8");
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
  return cause instanceof Error ? cause.message : String(cause);
}

function positiveNumber(text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new InvalidArgumentError("a number of seconds above 0 is wanted.");
  return number;
}

const unitSeconds: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

export function secondsOf(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text);
  const unit = unitSeconds[match?.[2] ?? ""];
  if (!match || unit === undefined)
    throw midwatchError("MW_USAGE", { problem: `${text} is no duration: write 30m, 2h, 45s or 1d.` });
  return Number(match[1]) * unit;
}
