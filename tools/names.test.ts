import { existsSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { importTable } from "./architecture.ts";
import { entryPoints } from "./entry-points.ts";
import { readSourceFiles, root } from "./source-files.ts";

/** What is defined one a file: where it is, and by which function. */
const catalogues = [
  { folder: "src/analysis", define: "defineCheck" },
  { folder: "src/policy", define: "definePolicyRule" },
  { folder: "src/actions", define: "defineActionKind" },
  { folder: "lab/faults", define: "defineFault" },
];

/** `memory-near-limit` of a file, `memoryNearLimit` of its export: whoever knows one name knows where the thing is. */
describe.each(catalogues)("what $define makes", ({ folder, define }) => {
  const definition = new RegExp(`^export const (\\w+)(?:: \\w+)? = ${define}\\(\\{\\n  id: "([^"]+)"`, "gm");
  const defined = readSourceFiles([folder])
    .filter(({ path: file }) => !file.includes(".test."))
    .flatMap(({ path: file, text }) =>
      [...text.matchAll(definition)].map(([, name, id]) => ({ file: path.basename(file, ".ts"), name, id })),
    );

  test("is found by this test", () => expect(defined.length).toBeGreaterThan(5));
  test("bears the name of its file, as id and as export", () =>
    expect(defined).toEqual(defined.map(({ file }) => ({ file, name: inCamelCase(file), id: file }))));
});

/** Rules are tested together, against each other: `decide.test.ts`. */
test.each(["src/analysis", "src/actions", "lab/faults"])(
  "what is defined in %s has a test of its name beside it",
  (folder) => {
    const files = readSourceFiles([folder]);
    const defined = files.filter(({ text }) =>
      /^export const \w+(?:: \w+)? = define(Check|ActionKind|Fault)\(/m.test(text),
    );
    expect(defined.length).toBeGreaterThan(5);
    expect(missing(defined.map(({ path: file }) => file.replace(/\.ts$/, ".test.ts")))).toEqual([]);
  },
);

describe("what the tools know of the tree", () => {
  test("is there: every folder of the import table", () => expect(missing(Object.keys(importTable))).toEqual([]));
  test("is there: every entry point", () => expect(missing(entryPoints)).toEqual([]));
  test("is complete: no code of ours without a row in the import table", () => {
    const folders = new Set(readSourceFiles(["src"]).map(({ path: file }) => file.split("/").slice(0, 2).join("/")));
    expect([...folders].filter((folder) => !(folder in importTable))).toEqual([]);
  });
});

function missing(places: string[]): string[] {
  return places.filter((place) => !existsSync(path.join(root, place)));
}

function inCamelCase(name: string): string {
  return name.replace(/-(\w)/g, (_hyphen, letter: string) => letter.toUpperCase());
}
