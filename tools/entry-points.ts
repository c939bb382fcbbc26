/** Files whose exports are used from outside TypeScript: bundles, configuration, generated lists. */
export const entryPoints = [
  "src/cli/cli.ts",
  "src/app/hand-process.ts",
  "src/app/engine-worker.ts",
  "src/telemetry/telemetry-worker.ts",
  "packages/postgres/src/postgres.ts",
  "lab/lab-main.ts",
  "lab/service-main.ts",
  "lab/trial-main.ts",
  "tools/no-skips.ts", // named in vitest.config.ts
  "web/vite.config.ts",
];

/** Exports that stand although nobody imports them yet, each with its reason beside it. */
export const keptExports: string[] = [];
