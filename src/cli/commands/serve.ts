import { type Command, InvalidArgumentError } from "commander";
import { startMidwatch } from "../../server/start.ts";
import { line } from "../terminal.ts";

type Options = { config?: string; port?: number; host?: string; database?: string };

export function addServeCommand(program: Command, version: string): void {
  program
    .command("serve")
    .description("start midwatch")
    .option("--config <file>", "the configuration file; midwatch.yaml in this folder when it is there")
    .option("--port <number>", "port of the page and API", port)
    .option("--host <address>", "address to listen at")
    .option("--database <url>", "an external PostgreSQL, 15 or newer")
    .action(async (options: Options) => {
      // The durable engine's driver warns once about a coming version of itself; nobody here can do anything about it.
      process.noDeprecation = true;
      const { data } = program.opts<{ data?: string }>();
      const running = await startMidwatch({ ...options, ...(data === undefined ? {} : { data }), version });
      line(`Ready: ${running.signInUrl}`);
      const stop = async () => {
        await running.stop();
        process.exit(0);
      };
      process.once("SIGINT", stop);
      process.once("SIGTERM", stop);
    });
}

function port(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0 || number > 65535)
    throw new InvalidArgumentError("a port is a number from 0 to 65535.");
  return number;
}
