import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** Where the bundles are: beside this file in a release, in `dist/` when tests run from source. */
function distDirectory(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  for (;;) {
    if (existsSync(path.join(folder, "workers")) && existsSync(path.join(folder, "cli.js"))) return folder;
    if (existsSync(path.join(folder, "dist", "cli.js"))) return path.join(folder, "dist");
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error("midwatch is not built: run `npm run build`");
    folder = parent;
  }
}

/** Workers are bundles, so that they run the same from source and from a release. */
export function workerUrl(name: "engine" | "telemetry"): URL {
  return pathToFileURL(path.join(distDirectory(), "workers", `${name}.js`));
}

export function handFile(): string {
  return path.join(distDirectory(), "hand.js");
}

export function pageDirectory(): string {
  return path.join(distDirectory(), "web");
}
