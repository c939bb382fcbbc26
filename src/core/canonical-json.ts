import { hash } from "node:crypto";

/**
 * JSON with sorted keys and no undefined members, so that equal values have equal text. Numbers as JavaScript prints
 * them; NaN and infinities become null, as in JSON.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value)) ?? "null";
}

/** Hex SHA-256 of the canonical JSON: the name of an observation, of a plan, of what an approval is bound to. */
export function digestOf(value: unknown): string {
  return hash("sha256", canonicalJson(value));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value as Record<string, unknown>).filter(([, member]) => member !== undefined);
  entries.sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
  return Object.fromEntries(entries.map(([key, member]) => [key, sorted(member)]));
}
