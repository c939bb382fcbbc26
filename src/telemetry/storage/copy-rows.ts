import { once } from "node:events";
import { finished } from "node:stream/promises";
import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";

/** A value of one column. Lists become PostgreSQL arrays of numbers. */
type CopyValue = string | number | boolean | null | readonly number[];

/** Rows in PostgreSQL's COPY text form, collected line by line. */
export type CopyBuffer = { table: string; columns: string; lines: string[]; earliest: number; latest: number };

export function createCopyBuffer(table: string, columns: string): CopyBuffer {
  return { table, columns, lines: [], earliest: Number.POSITIVE_INFINITY, latest: Number.NEGATIVE_INFINITY };
}

/** `at` is the instant that decides the partition. */
export function pushRow(buffer: CopyBuffer, at: number, values: readonly CopyValue[]): void {
  let line = "";
  for (let index = 0; index < values.length; index++) {
    if (index > 0) line += "\t";
    line += copyText(values[index] as CopyValue);
  }
  buffer.lines.push(line);
  if (at < buffer.earliest) buffer.earliest = at;
  if (at > buffer.latest) buffer.latest = at;
}

function copyText(value: CopyValue): string {
  if (value === null) return "\\N";
  if (typeof value === "number")
    return Number.isFinite(value) ? String(value) : Number.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
  if (typeof value === "boolean") return value ? "t" : "f";
  if (typeof value === "string") return escapeText(value);
  return `{${value.join(",")}}`;
}

/** Backslash, tab, newline and return have a meaning in COPY; the character zero and half surrogates have no place. */
function escapeText(text: string): string {
  if (!needsEscape.test(text)) return text;
  return text
    .replace(/\\/g, "\\\\")
    .replace(/\t/g, "\\t")
    .replace(/\n/g, "\\n")
    .replace(/\r/g, "\\r")
    .replace(/\0/g, "\ufffd")
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");
}
const needsEscape = /[\\\t\n\r\0\ud800-\udfff]/;

/** For a jsonb column: zeros and half surrogates that JSON would spell out are taken away. */
export function jsonColumn(value: unknown): string {
  const text = JSON.stringify(value) ?? "null";
  return text.includes("\\u") && /\\u(0000|d[89a-f])/i.test(text)
    ? text.replace(/\\u(0000|d[89a-f][0-9a-f]{2})/gi, "\\ufffd")
    : text;
}

/** Sends all lines at once; throws what PostgreSQL says. */
export async function copyRows(client: pg.PoolClient, buffer: CopyBuffer): Promise<void> {
  if (buffer.lines.length === 0) return;
  const stream = client.query(copyFrom(`copy ${buffer.table} (${buffer.columns}) from stdin`));
  const chunk = 2_000;
  const done = finished(stream);
  done.catch(() => {}); // awaited below; a failure while waiting for room must not go unhandled
  for (let index = 0; index < buffer.lines.length; index += chunk) {
    const text = buffer.lines.slice(index, index + chunk).join("\n");
    if (!stream.write(`${text}\n`)) await Promise.race([once(stream, "drain"), done]);
  }
  stream.end();
  await done;
}
