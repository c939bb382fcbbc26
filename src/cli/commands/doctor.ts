import type { Command } from "commander";
import type { SettingsView } from "../../server/views.ts";
import { type ConnectionOptions, connectClient } from "../client.ts";
import { bold, green, line, quiet, red, table } from "../terminal.ts";

export function addDoctorCommands(program: Command): void {
  const globals = () => program.opts<ConnectionOptions & { json?: boolean }>();

  program
    .command("doctor")
    .description("what each connection sees, what it lacks, and the right or command that mends it")
    .action(async () => {
      const view = await connectClient(globals()).get<SettingsView>("/api/v1/settings");
      if (globals().json) line(JSON.stringify(view.connections));
      else for (const connection of view.connections) print(connection);
      if (view.connections.some(({ state }) => state === "unreachable" || state === "refused")) process.exitCode = 3;
    });

  program
    .command("egress")
    .description("every host that midwatch may talk to, and for what")
    .action(async () => {
      const view = await connectClient(globals()).get<SettingsView>("/api/v1/settings");
      if (globals().json) return line(JSON.stringify(view.egress));
      if (view.egress.length === 0) return line("Nothing: no connection talks to another host.");
      line(table(view.egress.map(({ host, connection }) => [host, connection])));
    });
}

function print({ name, kind, state, sees, lacks }: SettingsView["connections"][number]): void {
  const mark = state === "ready" ? green(state) : red(state);
  line(`${bold(name)} ${quiet(kind)}  ${mark}`);
  for (const what of sees) line(`  sees  ${what}`);
  // "but": what a connection lacks is told as "no services that …". What mends several of them is said once.
  lacks.forEach(({ what, wayOut }, index) => {
    line(`  but   ${what}`);
    if (lacks[index + 1]?.wayOut !== wayOut) line(`        ${quiet(wayOut)}`);
  });
}
