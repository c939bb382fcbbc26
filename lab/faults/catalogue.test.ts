import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { loadEstate, nameOf, type ProcessRole, processRoles } from "../estate/estate.ts";
import { loadFaults, shippedFaults } from "./catalogue.ts";
import { scenes } from "./scenes.ts";

const here = dirname(fileURLToPath(import.meta.url));

test("every fault has a file and a test of its own name", () => {
  const files = new Set(readdirSync(here));
  for (const { id } of shippedFaults) {
    expect(files).toContain(`${id}.ts`);
    expect(files).toContain(`${id}.test.ts`);
  }
});

test("at least half of the faults leave no entry in the change log", () => {
  expect(shippedFaults.length).toBeGreaterThanOrEqual(16);
  expect(shippedFaults.filter((fault) => !fault.leavesChange).length).toBeGreaterThanOrEqual(shippedFaults.length / 2);
});

test("scenes are made of known faults, with magnitudes within their bounds", () => {
  for (const part of scenes.flatMap((scene) => scene.parts)) {
    const fault = shippedFaults.find(({ id }) => id === part.fault);
    expect(fault, part.fault).toBeDefined();
    if (part.magnitude === undefined || !fault) continue;
    expect(part.magnitude).toBeGreaterThanOrEqual(fault.magnitude.min);
    expect(part.magnitude).toBeLessThanOrEqual(fault.magnitude.max);
  }
  expect(scenes.map(({ id }) => id)).toEqual(expect.arrayContaining(["S1", "S2", "S3", "S4", "S6", "S7", "S8"]));
});

test("no fault spells out a name of the estate that is not also a role", () => {
  const estate = loadEstate();
  const roles = new Set<string>([...processRoles, "database", "provider"]);
  const names = [...processRoles, "database" as const, "provider" as const]
    .map((role) => nameOf(estate, role as ProcessRole))
    .filter((name) => !roles.has(name));
  for (const file of readdirSync(here).filter((name) => name.endsWith(".ts") && !name.includes(".test"))) {
    const text = readFileSync(join(here, file), "utf8");
    for (const name of names) expect(text.includes(`"${name}"`), `${file} says ${name}`).toBe(false);
  }
});

test("faults from a folder join the shipped ones, and one of the same id replaces it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "lab-faults-"));
  const source = (id: string) =>
    `export default { id: "${id}", title: "t", leavesChange: false, targets: () => ["cart"], defaultTarget: "cart", magnitude: { default: 1, min: 1, max: 1, unit: "x" }, truth: () => [], hasFix: "none", inject: async () => {}, recover: async () => {} };`;
  writeFileSync(join(folder, "a.mjs"), source("a-new-one"));
  writeFileSync(join(folder, "b.mjs"), source("disk-full"));
  const faults = await loadFaults(folder);
  expect(faults.length).toBe(shippedFaults.length + 1);
  expect(faults.find(({ id }) => id === "disk-full")?.title).toBe("t");
});

test("a file that lacks a field is refused with its name", async () => {
  const folder = mkdtempSync(join(tmpdir(), "lab-faults-"));
  writeFileSync(join(folder, "half.mjs"), "export default { id: 'half', title: 'Half' };");
  await expect(loadFaults(folder)).rejects.toThrow(/half\.mjs.*targets/);
});
