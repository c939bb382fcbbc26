/**
 * `npm run check`: everything that can be said of the repository without running its tests. All parts run, each says
 * what it found; the exit status is 1 when any found something.
 */
import { spawnSync } from "node:child_process";
import path from "node:path";
import { findBrokenDocumentation } from "./documentation.ts";
import { entryPoints, keptExports } from "./entry-points.ts";
import { findCycles, findImpurities, findStrayImports, findUnusedExports } from "./find-violations.ts";
import { generatedFiles } from "./generated-files.ts";
import { readSourceFiles, root } from "./source-files.ts";
import { findUnsupportedPackages, readLock } from "./supported-node.ts";

type Part = { name: string; run: () => string[] };

const sources = readSourceFiles(["src", "packages", "lab", "web", "tools", "bench", "e2e", "drills"]);

const parts: Part[] = [
  { name: "format and lint", run: () => command("biome", ["check", "--error-on-warnings", "."]) },
  {
    name: "types",
    run: () => [...command("tsc", ["-p", "."]), ...command("tsc", ["-p", "web"]), ...command("tsc", ["-p", "e2e"])],
  },
  { name: "import table", run: () => findStrayImports(sources) },
  { name: "import cycles", run: () => findCycles(sources) },
  { name: "purity", run: () => findImpurities(sources) },
  {
    name: "unused exports",
    run: () =>
      findUnusedExports(sources, entryPoints).filter((line) => !keptExports.some((kept) => line.includes(kept))),
  },
  {
    name: "generated files",
    run: () =>
      generatedFiles()
        .filter(({ isFresh }) => !isFresh)
        .map(({ file }) => `${file} is stale: npm run generate`),
  },
  { name: "documentation", run: findBrokenDocumentation },
  { name: "packages run on the promised Node", run: () => findUnsupportedPackages(readLock()) },
];

function command(name: string, parameters: string[]): string[] {
  const executable = path.join(root, "node_modules", ".bin", name);
  const answer = spawnSync(executable, parameters, { cwd: root, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  return answer.status === 0 ? [] : [`${answer.stdout}${answer.stderr}`.trim()];
}

let isFine = true;
for (const { name, run } of parts) {
  const startedAt = performance.now();
  const complaints = run();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  process.stdout.write(`${complaints.length === 0 ? "fine " : "WRONG"} ${name} (${seconds} s)\n`);
  for (const complaint of complaints) process.stdout.write(`  ${complaint.replaceAll("\n", "\n  ")}\n`);
  isFine &&= complaints.length === 0;
}
process.exitCode = isFine ? 0 : 1;
