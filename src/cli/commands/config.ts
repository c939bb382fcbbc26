import type { Command } from "commander";
import { configJsonSchema } from "../../app/config/config-schema.ts";
import { guardExposure } from "../../app/config/exposure.ts";
import { loadConfig } from "../../app/config/load-config.ts";
import { green, line } from "../terminal.ts";

export function addConfigCommands(program: Command): void {
  const config = program.command("config").description("the configuration file");

  config
    .command("check [file]")
    .description("say whether a configuration file is right, and where it is not")
    .action((file: string | undefined) => {
      const loaded = loadConfig(file ?? "midwatch.yaml", { readsWriteSecrets: false });
      guardExposure(loaded.config);
      if (program.opts<{ json?: boolean }>().json) return line(JSON.stringify({ file: loaded.file, isRight: true }));
      line(
        `${green("right")}  ${loaded.file}: ${loaded.config.connections.length} connections, ${Object.keys(loaded.config.policy.environments).length} environments`,
      );
    });

  config
    .command("schema")
    .description("the JSON Schema of the configuration file, for editors")
    .action(() => line(JSON.stringify(configJsonSchema(), null, 2)));
}
