import { expect, test } from "vitest";
import { findBrokenDocumentation, missingFiles } from "./documentation.ts";

const files = ["src/incident/fold.ts", "lab/lab-main.ts", "docs/guides/prometheus.md"];
const complaints = (text: string, page = "README.md") => missingFiles(page, text, files);

test("every page is in step with the tree", () => expect(findBrokenDocumentation()).toEqual([]));

test("a named file or folder that is not there is found", () => {
  expect(complaints("see `src/incident/unfold.ts`")).toEqual([
    "README.md: names src/incident/unfold.ts, which is not there",
  ]);
  expect(complaints("below `src/reasoning`, in `conclude.ts`")).toHaveLength(2);
});

test("what is there may be named whole, by its last part, or as a folder", () =>
  expect(complaints("`src/incident/fold.ts`, `fold.ts`, `src/incident/`, `lab`")).toEqual([]));

test("patterns, words, routes and what a build makes are no paths", () =>
  expect(complaints("`src/policy/<id>.ts`, `policy/*.ts`, `fold`, `/v1/changes`, `dist/start.js`")).toEqual([]));

test("a record of its day keeps the names of its day", () =>
  expect(complaints("`src/reasoning`", "docs/decisions/2026-11-21-first-stack.md")).toEqual([]));
