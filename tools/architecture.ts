/**
 * Who may import whom, and what each folder may use, as data. DESIGN's table; `architecture.test.ts` holds the code to it.
 * A folder's row names the folders of ours and the packages that it may import; `node:` modules are listed like packages.
 */
type Row = { folders: string[]; packages: string[] };

const anyNode = "node:*";

export const importTable: Record<string, Row> = {
  "src/core": { folders: [], packages: ["zod", "node:crypto"] },
  "src/analysis": { folders: ["src/core"], packages: [] },
  "src/policy": { folders: ["src/core"], packages: ["zod"] },
  "src/actions": { folders: ["src/core"], packages: ["zod"] },
  "src/engine": { folders: ["src/core", "src/analysis"], packages: [] },
  "src/formats": { folders: ["src/core"], packages: [] },
  "src/store": { folders: ["src/core"], packages: ["pg", "pg-copy-streams", "@dbos-inc/dbos-sdk", "zod", anyNode] },
  "src/doors": {
    folders: ["src/core", "src/analysis", "src/policy", "src/actions", "src/store"],
    packages: [anyNode],
  },
  "src/telemetry": {
    folders: ["src/core", "src/analysis", "src/store"],
    packages: ["pg", "pg-copy-streams", "pbf", "zod", anyNode],
  },
  "src/knowledge": { folders: ["src/core", "src/analysis", "src/store", "src/doors"], packages: [anyNode] },
  "src/incident": {
    folders: [
      "src/core",
      "src/analysis",
      "src/policy",
      "src/actions",
      "src/engine",
      "src/store",
      "src/formats",
      "src/doors",
      "src/telemetry",
      "src/knowledge",
    ],
    packages: ["zod", anyNode],
  },
  "src/integrations": { folders: ["src/core", "src/formats"], packages: ["zod", "pg", "undici", anyNode] },
  "src/app": {
    folders: [
      "src/core",
      "src/analysis",
      "src/policy",
      "src/actions",
      "src/engine",
      "src/store",
      "src/formats",
      "src/doors",
      "src/telemetry",
      "src/knowledge",
      "src/incident",
      "src/integrations",
      "packages/postgres",
    ],
    packages: ["zod", "yaml", "pg", anyNode],
  },
  "src/server": {
    folders: ["src/app", "src/core"],
    packages: ["fastify", "fastify-type-provider-zod", "@fastify/swagger", "@fastify/static", "cookie", "zod", anyNode],
  },
  "src/cli": { folders: ["src/app", "src/core", "src/server"], packages: ["commander", "zod", anyNode] },
  "packages/postgres": { folders: [], packages: ["pg", anyNode] },
  lab: {
    folders: ["packages/postgres", "tools/free-port.ts", "tools/end-child.ts", "tools/eventually.ts"],
    packages: [
      "pg",
      "fastify",
      "zod",
      "yaml",
      "commander",
      "dns-packet",
      "@peculiar/x509",
      "@opentelemetry/*",
      anyNode,
    ],
  },
  web: {
    folders: ["src/server/views.ts", "src/server/incident-views.ts", "src/core"],
    packages: ["react", "react-dom", "uplot", "@dagrejs/dagre", "wouter", "vite", "@vitejs/plugin-react"],
  },
};

/** Their own folders only; a test beside a file may use the folder's test packages as well. */
export const testPackages = [
  "vitest",
  "fast-check",
  anyNode,
  "pg",
  "react",
  "react-dom",
  "esbuild",
  "zod",
  "yaml",
  "pbf",
];

/** Pure: no clock, no chance, no environment, no file, no network, no promise. */
export const pureFolders = ["src/core", "src/analysis", "src/policy"];

export const impureSigns: { pattern: RegExp; what: string }[] = [
  { pattern: /\bDate\.now\s*\(|\bnew Date\s*\(\s*\)/, what: "reads the clock" },
  { pattern: /\bperformance\.now\b/, what: "reads the clock" },
  { pattern: /\bMath\.random\b|\brandomUUID\b|\brandomBytes\b/, what: "leaves it to chance" },
  { pattern: /\bprocess\.|\bglobalThis\./, what: "touches the process" },
  { pattern: /\basync\b|\bawait\b|\bnew Promise\b|\bPromise\.(all|race|resolve|reject)/, what: "creates a promise" },
  { pattern: /\bset(Timeout|Interval|Immediate)\b/, what: "sets a timer" },
  { pattern: /\bfetch\s*\(/, what: "talks to the network" },
  { pattern: /\bconsole\./, what: "prints" },
];
