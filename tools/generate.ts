/** `npm run generate`: writes every generated file that is stale. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { generatedFiles } from "./generated-files.ts";
import { root } from "./source-files.ts";

for (const { file, text, isFresh } of generatedFiles()) {
  if (isFresh) continue;
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
  process.stdout.write(`wrote ${file}\n`);
}
