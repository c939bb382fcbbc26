import { type Command, Option } from "commander";
import { type Role, roles } from "../../app/roles.ts";
import { type Started, startMidwatch } from "../../server/start.ts";
import { notEmpty, wholeNumber } from "../options.ts";
import { line } from "../terminal.ts";

type Options = { config?: string; port?: number; host?: string; database?: string; role?: Role };

export function addServeCommand(program: Command, version: string): void {
  program
    .command("serve")
    .description("start midwatch")
    .option("--config <file>", "the configuration file; midwatch.yaml in this folder when it is there", notEmpty)
    .option("--port <number>", "port of the page and API; 0 takes a free one", wholeNumber(0, 65_535))
    .option("--host <address>", "address to listen at", notEmpty)
    .option("--database <url>", "an external PostgreSQL, 15 or newer", notEmpty)
    .addOption(new Option("--role <role>", "what this process does, of many on one PostgreSQL").choices(roles))
    .action(async (options: Options) => {
      const { data } = program.opts<{ data?: string }>();
      const role = options.role ?? "all";
      let isWanted = true;
      let running: Started | undefined;
      const stop = async () => {
        isWanted = false;
        if (!running) return; // still starting: it ends when it knows what it has to end
        await running.stop();
        process.exit(0);
      };
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => void stop());
      running = await startMidwatch({ ...options, ...(data === undefined ? {} : { data }), version });
      if (!isWanted) return stop();
      line(`Ready: ${running.signInUrl || `${role} ${running.url}`.trimEnd()}`);
    });
}
