import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { prepareDataDirectory } from "./data-directory.ts";

const folder = mkdtempSync(path.join(os.tmpdir(), "midwatch-data-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a folder is made with all that leads to it, and taken as it is afterwards", () => {
  const wanted = path.join(folder, "one", "two", "three");
  prepareDataDirectory(wanted);
  prepareDataDirectory(wanted);
  expect(existsSync(wanted)).toBe(true);
});

test("a file in its place is named", () => {
  const file = path.join(folder, "file");
  writeFileSync(file, "");
  expect(() => prepareDataDirectory(file)).toThrow(`${file}: there is a file of that name.`);
  expect(() => prepareDataDirectory(path.join(file, "below"))).toThrow(/a part of the path is a file/);
});

// Node's recursive mkdir never returns there.
test.runIf(existsSync("/proc/self"))("a place that takes no folders is refused and not tried for ever", () =>
  expect(() => prepareDataDirectory("/proc/midwatch-data")).toThrow(
    "/proc/midwatch-data: no folder can be made there.",
  ),
);
