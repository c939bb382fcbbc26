import { readFileSync } from "node:fs";
import path from "node:path";
import { LineCounter, parseDocument } from "yaml";
import { midwatchError } from "../../core/errors.ts";
import { complaintsOf as complaintsOfConnections } from "../connection-kinds.ts";
import { type Complaint, complain, complaintsOf, type Place, problemOf } from "./config-complaints.ts";
import { type Config, configSchema } from "./config-schema.ts";
import { fillSecrets } from "./fill-secrets.ts";

export type LoadedConfig = {
  config: Config;
  /** Null: defaults only. */
  file: string | null;
  /** Names of environment variables that hold secrets below `write:`; the server forgets them. */
  writeSecretVariables: string[];
};

/**
 * Reads `midwatch.yaml`. `readsWriteSecrets` is true in the hand only: everybody else sees `(held by the hand)` where a
 * write credential stands. Throws MW_CONFIG_NOT_FOUND, or MW_CONFIG_INVALID or MW_CONFIG_SECRET_MISSING with everything
 * that is wrong, each with line and column.
 */
export function loadConfig(file: string | null, options: { readsWriteSecrets: boolean }): LoadedConfig {
  if (file === null) return { config: configSchema.parse({}), file: null, writeSecretVariables: [] };
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw midwatchError("MW_CONFIG_NOT_FOUND", { file, problem: readProblem(cause) }, cause);
  }
  return parseConfig(text, file, options);
}

export function parseConfig(text: string, file: string, options: { readsWriteSecrets: boolean }): LoadedConfig {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const reading = { file, document, lines };
  if (document.errors.length > 0) {
    const broken = document.errors.map(({ pos, message }) => {
      const { line, col } = lines.linePos(pos[0]);
      return { place: ["YAML"], problem: message, position: { line, column: col } };
    });
    throw complain(reading, broken);
  }
  const settings = { folder: path.dirname(file), readsWriteSecrets: options.readsWriteSecrets };
  const { value, complaints, writeSecretVariables } = fillSecrets(document.toJS() ?? {}, settings);
  const parsed = configSchema.safeParse(value, { error: problemOf });
  // What is said of a place without its secret is not about what will stand there.
  const isOpen = ({ place }: Complaint) => !complaints.some((other) => isSame(other.place, place));
  const found = [
    ...complaints,
    ...[...complaintsOf(parsed.error?.issues ?? []), ...complaintsOfConnections(value)].filter(isOpen),
  ];
  if (!parsed.success || found.length > 0) throw complain(reading, found);
  return { config: parsed.data, file, writeSecretVariables };
}

function isSame(one: Place, other: Place): boolean {
  return one.join("\0") === other.join("\0");
}

function readProblem(cause: unknown): string {
  const code = cause instanceof Error && "code" in cause ? cause.code : "";
  if (code === "EISDIR") return "it is a folder";
  if (code === "EACCES") return "this user may not read it";
  return "there is no such file";
}
