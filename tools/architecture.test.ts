import { describe, expect, test } from "vitest";
import { findCycles, findImpurities, findStrayImports, findUnusedExports } from "./find-violations.ts";
import { importsOf, readSourceFiles, type SourceFile } from "./source-files.ts";

const files = readSourceFiles(["src", "packages", "lab", "web"]);

describe("the import table", () => {
  test("holds for every file", () => expect(findStrayImports(files)).toEqual([]));
  test("no file is part of an import cycle, types included", () => expect(findCycles(files)).toEqual([]));
  test("core, analysis and policy are pure", () => expect(findImpurities(files)).toEqual([]));
});

describe("the checks of the import table find what they are for", () => {
  const planted = (path: string, text: string): SourceFile => ({ path, text, imports: importsOf(text) });

  test("core that imports the store", () =>
    expect(findStrayImports([planted("src/core/a.ts", 'import { b } from "../store/b.ts";')])).toHaveLength(1));
  test("analysis that imports a file system", () =>
    expect(findStrayImports([planted("src/analysis/a.ts", 'import fs from "node:fs";')])).toHaveLength(1));
  test("one integration that imports another", () =>
    expect(findStrayImports([planted("src/integrations/a/a.ts", 'import { b } from "../b/b.ts";')])).toHaveLength(1));
  test("one integration's test that imports another, unless it is a shared test", () => {
    const text = 'import { b } from "../b/b.ts";';
    expect(findStrayImports([planted("src/integrations/a/a.test.ts", text)])).toHaveLength(1);
    expect(findStrayImports([planted("src/integrations/testing/contract.ts", text)])).toHaveLength(1);
    expect(findStrayImports([planted("src/integrations/testing/a-and-b.test.ts", text)])).toEqual([]);
  });
  test("the lab that imports the product", () =>
    expect(findStrayImports([planted("lab/a.ts", 'import type { Check } from "../src/core/check.ts";')])).toHaveLength(
      1,
    ));
  test("a clock, a promise and chance in a pure folder", () =>
    expect(
      findImpurities([
        planted("src/policy/a.ts", "const at = Date.now();\nasync function f() {}\nconst r = Math.random();"),
      ]),
    ).toHaveLength(3));
  test("not the words in strings and comments", () =>
    expect(findImpurities([planted("src/core/a.ts", '// await Date.now()\nconst text = "async";')])).toEqual([]));
  test("two files that import each other", () =>
    expect(
      findCycles([
        planted("src/core/a.ts", 'import type { B } from "./b.ts";'),
        planted("src/core/b.ts", 'import type { A } from "./a.ts";'),
      ]),
    ).toHaveLength(1));
  test("an export that nobody imports", () =>
    expect(findUnusedExports([planted("src/core/a.ts", "export const lonely = 1;")], [])).toHaveLength(1));
  test("an export of what tests share that no test imports", () =>
    expect(findUnusedExports([planted("src/core/a.testing.ts", "export const lonely = 1;")], [])).toHaveLength(1));
});
