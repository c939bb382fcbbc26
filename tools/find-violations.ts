import path from "node:path";
import { importTable, impureSigns, pureFolders, testPackages } from "./architecture.ts";
import { type SourceFile, withoutComments, withoutStrings } from "./source-files.ts";

/** One sentence for each import that the table does not allow. */
export function findStrayImports(files: SourceFile[]): string[] {
  return files.flatMap((file) => {
    const home = homeOf(file.path);
    if (!home) return [];
    return file.imports.flatMap(({ specifier, isTypeOnly }) => {
      const complaint = strayImport(file.path, home, specifier, isTypeOnly);
      return complaint ? [`${file.path} imports ${specifier}: ${complaint}`] : [];
    });
  });
}

function strayImport(file: string, home: string, specifier: string, isTypeOnly: boolean): string | null {
  const row = importTable[home];
  if (!row) return `no row for ${home}`;
  const isTest = isTestFile(file);
  const target = specifier.startsWith(".")
    ? path.posix.normalize(path.posix.join(path.posix.dirname(file), specifier))
    : specifier === "@midwatch/postgres"
      ? "packages/postgres"
      : null;
  if (target === null) {
    const allowed = isTest ? [...row.packages, ...testPackages] : row.packages;
    return allowed.some((name) => matches(name, specifier)) ? null : `${home} may not use that package`;
  }
  if (specifier.endsWith(".css")) return null;
  const owner = homeOf(target) ?? target;
  if (owner === home) {
    return home === "src/integrations" ? strayNeighbour(file, target) : null;
  }
  if (row.folders.includes(owner) || row.folders.includes(target)) return null;
  if (
    isTest &&
    (owner === "packages/postgres" || owner === "src/store" || owner === "tools" || owner === "src/analysis")
  )
    return null;
  return isTypeOnly && isTest ? null : `${home} may not import ${owner}`;
}

/** Integrations do not know each other; only a test among their shared ones may set several side by side. */
function strayNeighbour(file: string, target: string): string | null {
  const name = (place: string) => place.split("/")[2];
  const shared = ["testing", "http"];
  if (name(file) === "testing" && /\.test\.ts$/.test(file)) return null;
  return name(file) === name(target) || shared.includes(name(target) ?? "")
    ? null
    : "integrations do not import each other";
}

/** One sentence for each import cycle, types included. */
export function findCycles(files: SourceFile[]): string[] {
  const graph = new Map<string, string[]>();
  const known = new Set(files.map((file) => file.path));
  for (const file of files) {
    const targets = file.imports
      .filter(({ specifier }) => specifier.startsWith("."))
      .map(({ specifier }) => path.posix.normalize(path.posix.join(path.posix.dirname(file.path), specifier)));
    graph.set(
      file.path,
      targets.filter((target) => known.has(target)),
    );
  }
  const state = new Map<string, "open" | "done">();
  const cycles: string[] = [];
  const visit = (node: string, trail: string[]): void => {
    if (state.get(node) === "done") return;
    if (state.get(node) === "open") {
      cycles.push([...trail.slice(trail.indexOf(node)), node].join(" → "));
      return;
    }
    state.set(node, "open");
    for (const next of graph.get(node) ?? []) visit(next, [...trail, node]);
    state.set(node, "done");
  };
  for (const node of graph.keys()) visit(node, []);
  return cycles;
}

/** One sentence for each line of a pure folder that is not pure. Tests beside the files may do as they like. */
export function findImpurities(files: SourceFile[]): string[] {
  return files
    .filter((file) => pureFolders.some((folder) => file.path.startsWith(folder + "/")) && !isTestFile(file.path))
    .flatMap((file) =>
      // Capability interfaces name promises; they create none.
      withoutStrings(withoutComments(file.text))
        .split("\n")
        .flatMap((line, index) =>
          impureSigns
            .filter(({ pattern }) => pattern.test(line))
            .map(({ what }) => `${file.path}:${index + 1} ${what}: ${line.trim()}`),
        ),
    );
}

/** Exports that no other file names, in what tests share as well. Entry points are listed by the caller. */
export function findUnusedExports(files: SourceFile[], entryPoints: string[]): string[] {
  const words = files.map((file) => ({ path: file.path, words: new Set(file.text.match(/[\w$]+/g) ?? []) }));
  return files
    .filter((file) => !/\.(test|bench)\.tsx?$/.test(file.path) && !entryPoints.includes(file.path))
    .flatMap((file) =>
      exportsOf(file.text)
        .filter((name) => !words.some((other) => other.path !== file.path && other.words.has(name)))
        .map((name) => `${file.path} exports ${name}, which nobody imports`),
    );
}

function exportsOf(text: string): string[] {
  const code = withoutComments(text);
  return [...code.matchAll(/^export\s+(?:async\s+)?(?:const|let|function\*?|type|class)\s+([\w$]+)/gm)].map(
    (match) => match[1] ?? "",
  );
}

function isTestFile(file: string): boolean {
  return (
    /\.(test|bench|testing)\.tsx?$/.test(file) || /(^|\/)testing(\/|\.ts$)/.test(file) || /\/test-check\.ts$/.test(file)
  );
}

function homeOf(file: string): string | null {
  return (
    Object.keys(importTable)
      .sort((left, right) => right.length - left.length)
      .find((folder) => file === folder || file.startsWith(folder + "/")) ?? null
  );
}

function matches(pattern: string, specifier: string): boolean {
  if (pattern.endsWith("*")) return specifier.startsWith(pattern.slice(0, -1));
  return specifier === pattern || specifier.startsWith(pattern + "/");
}
