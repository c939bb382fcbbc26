#!/usr/bin/env node
// The command. Builds first when run from a checkout whose sources have changed; a release has only dist/.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";

const build = fileURLToPath(new URL("../tools/build.mjs", import.meta.url));
const cli = fileURLToPath(new URL("../dist/cli.js", import.meta.url));
if (existsSync(build)) {
  const made = spawnSync(process.execPath, [build], { stdio: ["ignore", "ignore", "inherit"] });
  if (made.status !== 0) process.exit(made.status ?? 1);
}
await import(pathToFileURL(cli).href);
