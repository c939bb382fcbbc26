import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Check } from "../../core/check.ts";

/** Every check there is, found as the generator of the catalogue finds them: one exported check a file. */
export async function everyCheck(): Promise<Check[]> {
  const root = join(import.meta.dirname, "../../analysis");
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".ts") && file.includes("/") && !/\.test\.|testing/.test(file),
  );
  const modules = await Promise.all(files.sort().map((file) => import(join(root, file)) as Promise<object>));
  return modules.flatMap((module) => Object.values(module).filter(isCheck));
}

function isCheck(value: unknown): value is Check {
  return value !== null && typeof value === "object" && "examine" in value && "faultClasses" in value;
}
