import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

export type SourceFile = { path: string; text: string; imports: { specifier: string; isTypeOnly: boolean }[] };

/** Every TypeScript file of ours below `folders`, with what it imports. Paths are relative to the root, with slashes. */
export function readSourceFiles(folders: string[]): SourceFile[] {
  return folders.flatMap((folder) => filesBelow(path.join(root, folder))).map((file) => readSourceFile(file));
}

function readSourceFile(file: string): SourceFile {
  const text = readFileSync(file, "utf8");
  return { path: path.relative(root, file).split(path.sep).join("/"), text, imports: importsOf(text) };
}

export function importsOf(text: string): SourceFile["imports"] {
  const code = withoutComments(text);
  const found: SourceFile["imports"] = [];
  const statement = /(?:^|[\n;])\s*(?:import|export)\s+(type\s+)?(?:[\w$*{][^'"`;]*?\sfrom\s*)?["']([^"']+)["']/g;
  for (const match of code.matchAll(statement))
    found.push({ specifier: match[2] ?? "", isTypeOnly: match[1] !== undefined });
  for (const match of code.matchAll(/\bimport\s*\(\s*["']([^"']+)["']\s*\)/g)) {
    found.push({ specifier: match[1] ?? "", isTypeOnly: false });
  }
  return found;
}

/** Comments become blanks; strings stay. Good enough to look for words: no parser, no surprise. */
export function withoutComments(text: string): string {
  return text.replace(
    /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|\/\*[\s\S]*?\*\/|(^|[^:\\/])\/\/[^\n]*/g,
    (whole, kept, before) => kept ?? (before === undefined ? whole.replace(/[^\n]/g, " ") : before),
  );
}

/** Strings and templates' fixed text become blanks too. */
export function withoutStrings(text: string): string {
  return text.replace(/"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g, (whole) =>
    whole.startsWith("`") ? (whole.match(/\$\{[^}]*\}/g) ?? []).join(" ") : '""',
  );
}

function filesBelow(place: string): string[] {
  let entries: import("node:fs").Dirent[];
  try {
    entries = readdirSync(place, { withFileTypes: true });
  } catch {
    return [];
  }
  return entries
    .filter((entry) => !["node_modules", "dist", "fixtures"].includes(entry.name))
    .sort((left, right) => (left.name < right.name ? -1 : 1))
    .flatMap((entry) => {
      const inside = path.join(place, entry.name);
      if (entry.isDirectory()) return filesBelow(inside);
      return /\.tsx?$/.test(entry.name) && !entry.name.endsWith(".d.ts") ? [inside] : [];
    });
}
