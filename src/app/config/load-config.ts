import { readFileSync } from "node:fs";
import path from "node:path";
import { type Document, isNode, LineCounter, parseDocument } from "yaml";
import { midwatchError } from "../../core/errors.ts";
import { type Config, configSchema } from "./config-schema.ts";
import { readSecret } from "./read-secret.ts";

export type LoadedConfig = {
  config: Config;
  /** Null: defaults only. */
  file: string | null;
  /** Names of environment variables that hold secrets below `write:`; the server forgets them. */
  writeSecretVariables: string[];
};

type Reading = { file: string; document: Document; lines: LineCounter };

/**
 * Reads `midwatch.yaml`. `readsWriteSecrets` is true in the hand only: everybody else sees `(held by the hand)` where a
 * write credential stands. Throws MW_CONFIG_NOT_FOUND, MW_CONFIG_INVALID or MW_CONFIG_SECRET_MISSING with line and column.
 */
export function loadConfig(file: string | null, options: { readsWriteSecrets: boolean }): LoadedConfig {
  if (file === null) return { config: configSchema.parse({}), file: null, writeSecretVariables: [] };
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw midwatchError("MW_CONFIG_NOT_FOUND", { file }, cause);
  }
  return parseConfig(text, file, options);
}

export function parseConfig(text: string, file: string, options: { readsWriteSecrets: boolean }): LoadedConfig {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const reading: Reading = { file, document, lines };
  const [syntax] = document.errors;
  if (syntax) {
    const { line, col } = lines.linePos(syntax.pos[0]);
    throw midwatchError("MW_CONFIG_INVALID", { file, line, column: col, path: "YAML", problem: syntax.message });
  }
  const writeSecretVariables: string[] = [];
  const filled = fillSecrets(document.toJS() ?? {}, [], reading, options, writeSecretVariables);
  const parsed = configSchema.safeParse(filled);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const unknownKey = issue?.code === "unrecognized_keys" ? issue.keys[0] : undefined;
    const place = [...(issue?.path ?? []), ...(unknownKey === undefined ? [] : [unknownKey])].map(String);
    const problem = unknownKey === undefined ? (issue?.message ?? "not understood") : "there is no such setting";
    throw invalid(reading, place, problem);
  }
  return { config: parsed.data, file, writeSecretVariables };
}

/** For what only an integration's own schema can tell. */
export function invalidConnection(
  loaded: { file: string | null },
  index: number,
  place: string[],
  problem: string,
): Error {
  if (loaded.file === null)
    return midwatchError("MW_CONFIG_INVALID", { file: "defaults", line: 0, column: 0, path: place.join("."), problem });
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(loaded.file, "utf8"), { lineCounter: lines });
  return invalid({ file: loaded.file, document, lines }, ["connections", String(index), ...place], problem);
}

function invalid(reading: Reading, place: string[], problem: string): Error {
  return midwatchError("MW_CONFIG_INVALID", {
    file: reading.file,
    ...positionOf(reading, place),
    path: place.join(".") || "(top)",
    problem,
  });
}

/** The nearest thing that stands in the file: for a missing key the map that lacks it. */
function positionOf({ document, lines }: Reading, place: string[]): { line: number; column: number } {
  for (let length = place.length; length >= 0; length -= 1) {
    const keys = place.slice(0, length).map((key) => (/^\d+$/.test(key) ? Number(key) : key));
    const node = length === 0 ? document.contents : document.getIn(keys, true);
    if (isNode(node) && node.range) {
      const { line, col } = lines.linePos(node.range[0]);
      return { line, column: col };
    }
  }
  return { line: 1, column: 1 };
}

function fillSecrets(
  value: unknown,
  place: string[],
  reading: Reading,
  options: { readsWriteSecrets: boolean },
  writeSecretVariables: string[],
): unknown {
  if (Array.isArray(value)) {
    return value.map((member, index) =>
      fillSecrets(member, [...place, String(index)], reading, options, writeSecretVariables),
    );
  }
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [
        key,
        fillSecrets(member, [...place, key], reading, options, writeSecretVariables),
      ]),
    );
  }
  if (typeof value !== "string") return value;
  const isWrite = place.includes("write");
  return value.replace(/\$\{(env|file):([^}]+)\}/g, (reference, kind: "env" | "file", name: string) => {
    if (isWrite && kind === "env") writeSecretVariables.push(name);
    if (isWrite && !options.readsWriteSecrets) return "(held by the hand)";
    const secret = readSecret(kind, name, path.dirname(reading.file));
    if (secret === null) {
      throw midwatchError("MW_CONFIG_SECRET_MISSING", { file: reading.file, ...positionOf(reading, place), reference });
    }
    return secret;
  });
}
