import { readFileSync } from "node:fs";
import type { Command } from "commander";
import type { Receipt } from "../../app/midwatch.ts";
import { midwatchError } from "../../core/errors.ts";
import { type Client, type ConnectionOptions, connectClient } from "../client.ts";
import { followIncident } from "../follow-incident.ts";
import { printIncident } from "../print-incident.ts";
import { line, quiet } from "../terminal.ts";

type Options = { alert?: string; service?: string; since: string; within: string; failOn?: string };

export function addInvestigateCommand(program: Command): void {
  program
    .command("investigate")
    .description("look now: at an alert, a service, or {alert, context} on standard input")
    .option("--alert <file>", "an alert as JSON: Alertmanager's payload or {alert, context}")
    .option("--service <name>", "look at this service")
    .option("--since <duration>", "since when, with --service: 30m, 2h", "30m")
    .option("--within <seconds>", "how long to wait for an answer", "60")
    .option("--fail-on <verdict>", "exit status 1 when the verdict is this one: cause")
    .action(async (options: Options) => {
      const globals = program.opts<ConnectionOptions & { json?: boolean }>();
      const client = connectClient(globals);
      const receipt = await send(client, options);
      const [id] = receipt.incidentIds;
      if (id === undefined)
        throw midwatchError("MW_INTERNAL", { problem: "The item was taken and no incident was opened for it." });
      if (!globals.json) line(quiet(`${id}: looking`));
      const view = await followIncident(client, id, Number(options.within), globals.json === true);
      if (!view) {
        line(quiet(`No answer within ${options.within} s; it goes on: midwatch show ${id}`));
        process.exitCode = 1;
        return;
      }
      if (globals.json) line(JSON.stringify(view));
      else printIncident(view, `${client.url}/incidents/${view.line.id}`);
      if (options.failOn !== undefined && view.headline.verdict === options.failOn) process.exitCode = 1;
    });
}

async function send(client: Client, options: Options): Promise<Receipt> {
  if (options.service !== undefined) {
    const since = new Date(Date.now() - secondsOf(options.since) * 1000).toISOString();
    return client.post<Receipt>("/api/v1/look", { entity: options.service, since });
  }
  const body = parse(options.alert);
  const isAlertmanager = typeof body === "object" && body !== null && "alerts" in body && "groupKey" in body;
  return client.post<Receipt>(isAlertmanager ? "/api/v1/intake/alertmanager" : "/api/v1/intake/context", body);
}

function parse(file: string | undefined): unknown {
  if (file === undefined && process.stdin.isTTY) {
    throw midwatchError("MW_USAGE", {
      problem: "Say what to look at: --alert FILE, --service NAME, or JSON on standard input.",
    });
  }
  let text: string;
  try {
    text = readFileSync(file ?? 0, "utf8");
  } catch {
    throw midwatchError("MW_USAGE", { problem: `The file ${file} cannot be read.` });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw midwatchError("MW_PAYLOAD_INVALID", {
      where: file ?? "standard input",
      problem: cause instanceof Error ? cause.message : "not JSON",
    });
  }
}

const unitSeconds: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

export function secondsOf(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text);
  const unit = unitSeconds[match?.[2] ?? ""];
  if (!match || unit === undefined)
    throw midwatchError("MW_USAGE", { problem: `${text} is no duration: write 30m, 2h, 45s or 1d.` });
  return Number(match[1]) * unit;
}
