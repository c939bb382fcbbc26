// Builds the server, the lab and the page into dist/; does nothing when no source has changed. Plain JavaScript, so that
// it runs before anything is built.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const dist = path.join(root, "dist");

/** Where each bundle comes from. Workers are bundles too, so that they run the same from source and from a release. */
const productEntryPoints = {
  cli: "src/cli/cli.ts",
  hand: "src/app/hand-process.ts",
  "workers/telemetry": "src/telemetry/telemetry-worker.ts",
  "workers/engine": "src/app/engine-worker.ts",
  start: "tools/start.ts",
};
const labEntryPoints = {
  "lab/lab": "lab/lab-main.ts",
  "lab/trial": "lab/trial-main.ts",
};
const labServiceEntryPoints = { "lab/service": "lab/service-main.ts" };
/** The lab runs sixteen of these processes: with its packages inside, each starts three times faster. */
const selfContained = {
  packages: "bundle",
  external: ["pg-native"],
  banner: {
    js: 'import { createRequire as createBundleRequire } from "node:module";\nconst require = createBundleRequire(import.meta.url);',
  },
};

const productFolders = ["src", "packages", "tools/build.mjs", "tools/start.ts", "package-lock.json"];
const labFolders = ["lab", "packages", "tools/build.mjs", "package-lock.json"];
const pageFolders = ["web", "src/server/views.ts", "src/server/incident-views.ts", "src/core", "package-lock.json"];

async function build() {
  const force = process.argv.includes("--force");
  mkdirSync(dist, { recursive: true });
  await once("server", productFolders, force, () => bundleAll(productEntryPoints));
  await once("lab", labFolders, force, async () => {
    await bundleAll(labEntryPoints);
    await bundleAll(labServiceEntryPoints, selfContained);
  });
  await once("page", pageFolders, force, buildPage);
}

/** Runs `make` unless the folders' hash is the one that the last successful run left behind. */
async function once(name, folders, force, make) {
  const stamp = path.join(dist, `.${name}-hash`);
  const hash = hashOf(folders);
  if (!force && existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return;
  const startedAt = performance.now();
  await make();
  writeFileSync(stamp + ".new", hash);
  renameSync(stamp + ".new", stamp);
  process.stderr.write(`Built the ${name} in ${Math.round(performance.now() - startedAt)} ms.\n`);
}

async function bundleAll(entryPoints, options = {}) {
  const { build: bundle } = await import("esbuild");
  await bundle({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(
      Object.entries(entryPoints).filter(([, source]) => existsSync(path.join(root, source))),
    ),
    outdir: dist,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    packages: "external",
    alias: { "@midwatch/postgres": path.join(root, "packages/postgres/src/postgres.ts") },
    sourcemap: true,
    logLevel: "error",
    define: {
      "process.env.MIDWATCH_VERSION": JSON.stringify(
        JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")).version,
      ),
    },
    ...options,
  });
}

async function buildPage() {
  const configFile = path.join(root, "web/vite.config.ts");
  if (!existsSync(configFile)) return;
  const { build: bundle } = await import("vite");
  await bundle({
    root: path.join(root, "web"),
    configFile,
    logLevel: "error",
    build: { outDir: path.join(dist, "web"), emptyOutDir: true },
  });
}

function hashOf(folders) {
  const hash = createHash("sha256");
  for (const file of folders.flatMap((folder) => filesBelow(path.join(root, folder)))) {
    hash.update(path.relative(root, file)).update("\0").update(readFileSync(file)).update("\0");
  }
  return hash.digest("hex");
}

function filesBelow(place) {
  if (!existsSync(place)) return [];
  if (/\.[a-z.]+$/.test(path.basename(place))) return [place];
  return readdirSync(place, { withFileTypes: true })
    .filter((entry) => entry.name !== "node_modules" && !entry.name.includes(".test."))
    .sort((left, right) => (left.name < right.name ? -1 : 1))
    .flatMap((entry) =>
      entry.isDirectory() ? filesBelow(path.join(place, entry.name)) : [path.join(place, entry.name)],
    );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  build().catch((error) => {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  });
}
