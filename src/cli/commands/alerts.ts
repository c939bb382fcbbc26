import type { Command } from "commander";
import { midwatchError } from "../../core/errors.ts";
import type { OverruleVerdict } from "../../core/item.ts";
import type { AlertLine, AlertsView, OverruleRequest } from "../../server/views.ts";
import { type ConnectionOptions, connectClient } from "../client.ts";
import { wholeNumber } from "../options.ts";
import { duration, line, plain, table } from "../terminal.ts";

type Globals = ConnectionOptions & { json?: boolean };
type Word = { own?: boolean; belongsTo?: string; trouble: boolean; investigate?: boolean; why?: string };

/** What came in and what was done with it, and a person's word on that. */
export function addAlertCommands(program: Command): void {
  const globals = () => program.opts<Globals>();

  program
    .command("alerts")
    .description("list the alerts of the last day, newest first, with what was done and why")
    .option("--limit <number>", "how many", wholeNumber(1, 1000), 20)
    .action(async ({ limit }: { limit: number }) => {
      const client = connectClient(globals());
      const view = await client.get<AlertsView>("/api/v1/alerts");
      const alerts = view.alerts.slice(0, limit);
      if (globals().json) return line(JSON.stringify({ ...view, alerts }));
      if (alerts.length === 0) return line("No alerts. All quiet.");
      const now = Date.now();
      line(
        table(
          alerts.map((alert) => [
            alert.itemId,
            alert.status,
            alert.outcome.replaceAll("-", " "),
            alert.incident?.id ?? "",
            `${duration((now - Date.parse(alert.receivedAt)) / 1000)} ago`,
            plain(alert.title),
            plain(alert.reason),
          ]),
        ),
      );
    });

  program
    .command("alert <alert>")
    .description("say where an alert belongs; its id is in `midwatch alerts` and on the incident's page")
    .option("--own", "it is a matter of its own: it leaves its incident and gets one for itself")
    .option("--belongs-to <incident>", "it belongs to that open incident")
    .option("--no-trouble", "it is no trouble: it leaves its incident, which ends with its last alert")
    .option("--investigate", "somebody should look at it: what was kept quiet gets an incident")
    .option("--why <text>", "a reason, kept with it")
    .addHelpText(
      "after",
      "\nmidwatch does not undo it: the alert stays where you put it, also when it fires again.\n" +
        "Exit status: 0 done, also when it was so already; 1 refused (no such alert, the incident is closed); 2 wrong usage.",
    )
    .action(async (itemId: string, word: Word) => {
      const request = requestOf(word);
      const client = connectClient(globals());
      const alert = await client.post<AlertLine>(`/api/v1/alerts/${encodeURIComponent(itemId)}/overrule`, request);
      if (globals().json) return line(JSON.stringify(alert));
      line(`${plain(alert.reason)}.`);
      if (alert.incident) line(`It is in ${alert.incident.id}: midwatch show ${alert.incident.id}`);
    });
}

function requestOf({ own, belongsTo, trouble, investigate, why }: Word): OverruleRequest {
  const said: OverruleVerdict[] = [
    ...(own ? (["split-off"] as const) : []),
    ...(belongsTo === undefined ? [] : (["belongs-to"] as const)),
    ...(trouble ? [] : (["noise"] as const)),
    ...(investigate ? (["investigate"] as const) : []),
  ];
  const [verdict] = said;
  if (verdict === undefined || said.length > 1) {
    const problem = "Say one of --own, --belongs-to <incident>, --no-trouble and --investigate.";
    throw midwatchError("MW_USAGE", { problem });
  }
  return { verdict, why: why ?? null, ...(belongsTo === undefined ? {} : { incidentId: belongsTo }) };
}
