import { createInterface } from "node:readline/promises";
import type { Command } from "commander";
import { midwatchError } from "../../core/errors.ts";
import type { AnswerRequest, IncidentView } from "../../server/incident-views.ts";
import type { IncidentsView } from "../../server/views.ts";
import { type Client, type ConnectionOptions, connectClient } from "../client.ts";
import { wholeNumber } from "../options.ts";
import { printIncident } from "../print-incident.ts";
import { duration, line, percent, plain, quiet, table } from "../terminal.ts";

type Globals = ConnectionOptions & { json?: boolean };

export function addIncidentCommands(program: Command): void {
  const globals = () => program.opts<Globals>();

  program
    .command("incidents")
    .description("list incidents, newest first")
    .option("--open", "only open ones")
    .option("--limit <number>", "how many", wholeNumber(1, 200), 20)
    .action(async ({ open, limit }: { open?: boolean; limit: number }) => {
      const client = connectClient(globals());
      const view = await client.get<IncidentsView>(`/api/v1/incidents?limit=${limit}${open ? "&open=true" : ""}`);
      if (globals().json) return line(JSON.stringify(view));
      if (view.incidents.length === 0) return line("No incidents. All quiet.");
      const now = Date.now();
      line(
        table(
          view.incidents.map((incident) => [
            incident.id,
            incident.phase.replaceAll("-", " "),
            incident.severity,
            incident.probability === null ? "" : percent(incident.probability),
            `${duration((now - Date.parse(incident.openedAt)) / 1000)} ago`,
            plain(incident.title),
          ]),
        ),
      );
    });

  program
    .command("show [incident]")
    .description("one incident: cause, evidence, fix; the newest when none is named")
    .option("--report", "the report in Markdown")
    .option("--all", "everything that was ruled out or could not be seen, not only the first of it")
    .action(async (incident: string | undefined, { report, all }: { report?: boolean; all?: boolean }) => {
      const client = connectClient(globals());
      const id = incident ?? (await newest(client));
      if (report) return line(await client.getText(`${pathOf(id)}/report.md`));
      const view = await client.get<IncidentView>(pathOf(id));
      if (globals().json) return line(JSON.stringify(view));
      printIncident(view, `${client.url}/incidents/${view.line.id}`, all);
    });

  program
    .command("approve <incident>")
    .description("approve the proposed fix after looking at it once more")
    .option("--yes", "do not ask again")
    .option("--reject", "say no instead")
    .option("--why <text>", "a reason, kept in the audit")
    .action(async (id: string, { yes, reject, why }: { yes?: boolean; reject?: boolean; why?: string }) => {
      const client = connectClient(globals());
      const view = await client.get<IncidentView>(pathOf(id));
      const { fix } = view;
      if (fix.state !== "plan" || fix.status !== "waiting") {
        throw midwatchError("MW_USAGE", { problem: `Nothing of ${id} waits for an approval.` });
      }
      if (!globals().json) printIncident(view, `${client.url}/incidents/${view.line.id}`);
      if (!yes && !(await isConfirmed(reject ? "Reject this fix?" : "Approve this fix?")))
        return line("Nothing was decided.");
      const answered = await client.post<IncidentView>(`${pathOf(id)}/approve`, {
        planId: fix.plan.id,
        planDigest: fix.plan.digest,
        answer: reject ? "denied" : "approved",
        why: why ?? null,
      });
      if (globals().json) return line(JSON.stringify(answered));
      line(reject ? "Rejected." : "Approved. The hand has it; `midwatch show` tells how it goes.");
    });

  addAnswerCommand(program);
}

/** Yes, no, unknown, or a service's name: whatever the incident asks at the moment. */
function addAnswerCommand(program: Command): void {
  program
    .command("answer <incident> <word>")
    .description("answer the one question that an incident asks: yes, no, unknown, or the name of a service")
    .action(async (id: string, word: string) => {
      const globals = program.opts<ConnectionOptions & { json?: boolean }>();
      const client = connectClient(globals);
      const { question } = await client.get<IncidentView>(pathOf(id));
      if (question?.whoCanTell !== "a-person") {
        throw midwatchError("MW_USAGE", { problem: `${id} asks people nothing at the moment.` });
      }
      const sent: AnswerRequest = { question: question.sentence, word };
      const view = await client.post<IncidentView>(`${pathOf(id)}/answer`, sent);
      line(globals.json ? JSON.stringify(view) : `${question.sentence} ${word}. midwatch looks again with that.`);
    });
}

function pathOf(incidentId: string): string {
  return `/api/v1/incidents/${encodeURIComponent(incidentId)}`;
}

async function newest(client: Client): Promise<string> {
  const { incidents } = await client.get<IncidentsView>("/api/v1/incidents?limit=1");
  const [first] = incidents;
  if (!first) throw midwatchError("MW_NOT_FOUND", { what: "incident yet" });
  return first.id;
}

async function isConfirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw midwatchError("MW_USAGE", { problem: "This asks before it decides; without a terminal say --yes." });
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`${question} ${quiet("[y/N]")} `);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}
