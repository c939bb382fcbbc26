import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { midwatchError } from "../../core/errors.ts";
import type { DrillsView, IncidentsView } from "../../server/views.ts";
import { type Client, type ConnectionOptions, connectClient } from "../client.ts";
import { followIncident, progressFor } from "../follow-incident.ts";
import { positiveNumber, wholeNumber } from "../options.ts";
import { printIncident } from "../print-incident.ts";
import { line, quiet, table } from "../terminal.ts";

/** How long a scene may take from its first sign to an alert. */
const alertWithinSeconds = 120;
/** After so long users have felt it. */
const complainAfterSeconds = 30;

export function addDrillCommands(program: Command): void {
  const globals = () => program.opts<ConnectionOptions & { json?: boolean }>();

  program
    .command("demo [scene]")
    .description("break something on a platform that allows it, and watch: a scene (S3), a drill's name, or the list")
    .option("--target <name>", "what to break")
    .option("--magnitude <number>", "how much", positiveNumber)
    .option("--seed <number>", "which of the possible runs", wholeNumber(0, 2 ** 31 - 1))
    .option("--no-wait", "start it and return")
    .action(
      async (
        scene: string | undefined,
        options: { target?: string; magnitude?: number; seed?: number; wait: boolean },
      ) => {
        const client = connectClient(globals());
        const view = await client.get<DrillsView | null>("/api/v1/drills");
        if (!view) throw midwatchError("MW_NO_DRILLS");
        if (scene === undefined) return list(view, globals().json === true);
        const drill = view.drills.find(
          ({ id, scene: played }) => id === scene || played?.toLowerCase() === scene.toLowerCase(),
        );
        if (!drill)
          throw midwatchError("MW_USAGE", {
            problem: `There is no scene or drill ${scene}. \`midwatch demo\` lists them.`,
          });
        const startedAt = Date.now();
        await client.post("/api/v1/drills", {
          id: drill.id,
          ...(options.target === undefined ? {} : { target: options.target }),
          ...(options.magnitude === undefined ? {} : { magnitude: options.magnitude }),
          ...(options.seed === undefined ? {} : { seed: options.seed }),
        });
        if (!globals().json) line(`Started: ${drill.title}`);
        if (!options.wait) return globals().json ? line(JSON.stringify({ started: drill.id })) : undefined;
        const id = drill.complaint
          ? await complain(client, drill.complaint, globals().json === true)
          : await awaitIncident(() => client.get<IncidentsView>("/api/v1/incidents?limit=20"), startedAt);
        if (id === null) throw midwatchError("MW_NO_ALERT", { drill: drill.title, seconds: alertWithinSeconds });
        if (!globals().json) line(quiet(`${id} after ${Math.round((Date.now() - startedAt) / 1000)} s`));
        const progress = progressFor(process.stdout, globals().json === true);
        const incident = await followIncident(client, id, alertWithinSeconds, progress);
        if (!incident) throw midwatchError("MW_NO_ANSWER", { incident: id, seconds: alertWithinSeconds });
        if (globals().json) line(JSON.stringify(incident));
        else printIncident(incident, `${client.url}/incidents/${incident.line.id}`);
      },
    );

  program
    .command("heal")
    .description("mend everything that drills have broken")
    .action(async () => {
      const client = connectClient(globals());
      const view = await client.post<DrillsView>("/api/v1/drills/heal", {});
      line(globals().json ? JSON.stringify(view) : "Healed.");
    });
}

function list(view: DrillsView, isJson: boolean): void {
  const rows = view.drills.map(({ id, title, scene }) => [scene ?? "", id, title]);
  line(isJson ? JSON.stringify(view) : table(rows));
}

/** Says it in a person's words once users have felt it; what midwatch finds by itself meanwhile is another matter. */
async function complain(
  client: Client,
  complaint: { alert: string; context: string },
  isSilent: boolean,
): Promise<string | null> {
  await sleep(complainAfterSeconds * 1000);
  if (!isSilent) line(quiet(`Told: ${complaint.alert}`));
  const { incidentIds } = await client.post<{ incidentIds: string[] }>("/api/v1/intake/context", complaint);
  return incidentIds[0] ?? null;
}

async function awaitIncident(read: () => Promise<IncidentsView>, since: number): Promise<string | null> {
  while (Date.now() - since < alertWithinSeconds * 1000) {
    const { incidents } = await read();
    const found = incidents.find((incident) => Date.parse(incident.openedAt) >= since);
    if (found) return found.id;
    await sleep(500);
  }
  return null;
}
