import type { Complaint, Place } from "./config-complaints.ts";
import { readSecret } from "./read-secret.ts";

type Filled = {
  value: unknown;
  complaints: Complaint[];
  /** Names of environment variables that hold secrets below `write:`. */
  writeSecretVariables: string[];
};

/**
 * Puts secrets where `${env:NAME}` and `${file:PATH}` stand. `readsWriteSecrets`: also below `write:`, else
 * `(held by the hand)` stands there. A setting with nothing behind it (`server:` with all its lines commented out) is as
 * if it were not there.
 */
export function fillSecrets(value: unknown, settings: { folder: string; readsWriteSecrets: boolean }): Filled {
  const complaints: Complaint[] = [];
  const writeSecretVariables: string[] = [];

  const fillText = (text: string, place: Place): string =>
    text.replace(/\$\{([^}]*)\}/g, (reference, inside: string) => {
      const [, kind, name = ""] = /^(env|file):(.+)$/.exec(inside) ?? [];
      if (kind !== "env" && kind !== "file") {
        const problem = `${reference} is no reference to a secret: write \${env:NAME} or \${file:PATH}`;
        complaints.push({ place, problem });
        return reference;
      }
      const isWrite = place.includes("write");
      if (isWrite && kind === "env") writeSecretVariables.push(name);
      if (isWrite && !settings.readsWriteSecrets) return "(held by the hand)";
      const secret = readSecret(kind, name, settings.folder);
      if ("value" in secret) return secret.value;
      complaints.push({ place, problem: `${reference} ${secret.problem}.`, isSecret: true });
      return reference;
    });

  const fill = (member: unknown, place: Place): unknown => {
    if (typeof member === "string") return fillText(member, place);
    if (Array.isArray(member)) return member.map((each, index) => fill(each, [...place, String(index)]));
    if (member === null || typeof member !== "object") return member;
    const entries = Object.entries(member).filter(([, each]) => each !== null);
    return Object.fromEntries(entries.map(([key, each]) => [key, fill(each, [...place, key])]));
  };

  return { value: fill(value, []), complaints, writeSecretVariables };
}
