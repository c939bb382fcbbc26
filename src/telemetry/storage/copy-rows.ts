import { once } from "node:events";
import { finished } from "node:stream/promises";
import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";

/** A value of one column. Lists become PostgreSQL arrays of numbers. */
type CopyValue = string | number | boolean | null | readonly number[];

/** How a column is written; the names are PostgreSQL's own. The binary form has to match the column's type exactly. */
export type CopyType =
  | "bigint"
  | "integer"
  | "smallint"
  | "double precision"
  | "boolean"
  | "text"
  | "jsonb"
  | "double precision[]"
  | "integer[]";

/**
 * Rows in PostgreSQL's binary COPY form, written straight into bytes: the server need not parse them, and what waits for
 * a commit is no garbage to be collected.
 */
export type CopyBuffer = {
  readonly table: string;
  readonly columns: string;
  readonly types: readonly CopyType[];
  rows: number;
  /** Full ones; rows run on from one into the next. */
  full: Buffer[];
  open: Buffer;
  view: DataView;
  /** Bytes written into `open`. */
  used: number;
  earliest: number;
  latest: number;
};

export function createCopyBuffer(table: string, columns: Record<string, CopyType>): CopyBuffer {
  return {
    table,
    columns: Object.keys(columns).join(","),
    types: Object.values(columns),
    rows: 0,
    full: [],
    open: nothing,
    view: viewOf(nothing),
    used: 0,
    earliest: Number.POSITIVE_INFINITY,
    latest: Number.NEGATIVE_INFINITY,
  };
}
const nothing = Buffer.alloc(0);

/** A table that gets one row in a batch must not cost as much memory as one that gets thousands. */
const FIRST_CHUNK_BYTES = 8 * 1024;
const CHUNK_BYTES = 128 * 1024;
/** Length and value of everything but texts and lists. */
const MOST_BYTES_OF_NUMBER = 12;

/** `at` is the instant that decides the partition. */
export function pushRow(buffer: CopyBuffer, at: number, values: readonly CopyValue[]): void {
  const { types } = buffer;
  makeRoom(buffer, 2 + types.length * MOST_BYTES_OF_NUMBER);
  buffer.view.setInt16(buffer.used, types.length);
  buffer.used += 2;
  for (let index = 0; index < types.length; index++) {
    const value = values[index];
    if (value === null || value === undefined) writeInteger(buffer, -1);
    else if (typeof value === "number") writeNumber(buffer, types[index] as CopyType, value);
    else if (typeof value === "boolean") writeBoolean(buffer, value);
    else {
      const left = (types.length - index) * MOST_BYTES_OF_NUMBER;
      if (typeof value === "string") writeText(buffer, value, types[index] === "jsonb", left);
      else writeList(buffer, value, types[index] === "integer[]", left);
    }
  }
  buffer.rows++;
  if (at < buffer.earliest) buffer.earliest = at;
  if (at > buffer.latest) buffer.latest = at;
}

/** Puts the rows of another buffer of the same table behind those of this one; the other is not to be used any more. */
export function appendRows(into: CopyBuffer, other: CopyBuffer): void {
  into.full.unshift(...chunksOf(other));
  into.rows += other.rows;
  into.earliest = Math.min(into.earliest, other.earliest);
  into.latest = Math.max(into.latest, other.latest);
}

/** Sends all rows at once; throws what PostgreSQL says. */
export async function copyRows(client: pg.PoolClient, buffer: CopyBuffer): Promise<void> {
  if (buffer.rows === 0) return;
  const stream = client.query(copyFrom(`copy ${buffer.table} (${buffer.columns}) from stdin (format binary)`));
  const done = finished(stream);
  done.catch(() => {}); // awaited below; a failure while waiting for room must not go unhandled
  for (const chunk of [fileHeader, ...chunksOf(buffer), fileEnd]) {
    if (!stream.write(chunk)) await Promise.race([once(stream, "drain"), done]);
  }
  stream.end();
  await done;
}

/** A signature, no flags, no extension; at the end a row of −1 columns. */
const fileHeader = Buffer.from("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", "latin1");
const fileEnd = Buffer.from([0xff, 0xff]);

function chunksOf(buffer: CopyBuffer): Buffer[] {
  return buffer.used === 0 ? buffer.full : [...buffer.full, buffer.open.subarray(0, buffer.used)];
}

function makeRoom(buffer: CopyBuffer, bytes: number): void {
  if (buffer.used + bytes <= buffer.open.length) return;
  const usual = buffer.open.length === 0 ? FIRST_CHUNK_BYTES : CHUNK_BYTES;
  if (buffer.used > 0) buffer.full.push(buffer.open.subarray(0, buffer.used));
  buffer.open = Buffer.allocUnsafeSlow(Math.max(usual, bytes));
  buffer.view = viewOf(buffer.open);
  buffer.used = 0;
}

function viewOf({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

function writeInteger(buffer: CopyBuffer, value: number): void {
  buffer.view.setInt32(buffer.used, value);
  buffer.used += 4;
}

function writeBoolean(buffer: CopyBuffer, value: boolean): void {
  writeInteger(buffer, 1);
  buffer.view.setUint8(buffer.used++, value ? 1 : 0);
}

function writeNumber(buffer: CopyBuffer, type: CopyType, value: number): void {
  const { view } = buffer;
  if (type === "bigint") {
    writeInteger(buffer, 8);
    // Two halves; `>>> 0` takes what is left of a safe integer below the upper one.
    view.setInt32(buffer.used, Math.floor(value / 2 ** 32));
    view.setUint32(buffer.used + 4, value >>> 0);
    buffer.used += 8;
  } else if (type === "double precision") {
    writeInteger(buffer, 8);
    view.setFloat64(buffer.used, value);
    buffer.used += 8;
  } else if (type === "integer") {
    writeInteger(buffer, 4);
    writeInteger(buffer, value);
  } else if (type === "smallint") {
    writeInteger(buffer, 2);
    view.setInt16(buffer.used, value);
    buffer.used += 2;
  } else throw new Error(`a number for a column of ${type} in ${buffer.table}`);
}

/** In its binary form a jsonb column is a version and the same text. `left`: bytes that the rest of the row needs at most. */
function writeText(buffer: CopyBuffer, given: string, isJson: boolean, left: number): void {
  const text = given.includes("\0") ? given.replaceAll("\0", "\ufffd") : given; // zeros have no place in a text
  makeRoom(buffer, 5 + text.length * 3 + left);
  const lengthAt = buffer.used;
  buffer.used += 4;
  if (isJson) buffer.view.setUint8(buffer.used++, 1);
  // What is no Unicode, half of a surrogate pair, is written as the replacement character.
  buffer.used += writeShort(buffer.open, buffer.used, text) || buffer.open.write(text, buffer.used, "utf8");
  buffer.view.setInt32(lengthAt, buffer.used - lengthAt - 4);
}

/** Ids and codes are short and plain: written here at less than half the cost of a call out of JavaScript. 0: not so. */
function writeShort(into: Buffer, at: number, text: string): number {
  if (text.length > 40) return 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code > 127) return 0;
    into[at + index] = code;
  }
  return text.length;
}

/** The numbers PostgreSQL knows these types by. */
const elementTypes = { integer: 23, double: 701 };

/** Number of dimensions, whether there are nulls, type; then length and lower bound of the one dimension; then elements. */
function writeList(buffer: CopyBuffer, values: readonly number[], isInteger: boolean, left: number): void {
  makeRoom(buffer, 24 + values.length * MOST_BYTES_OF_NUMBER + left);
  const lengthAt = buffer.used;
  buffer.used += 4;
  writeInteger(buffer, values.length === 0 ? 0 : 1);
  writeInteger(buffer, 0);
  writeInteger(buffer, isInteger ? elementTypes.integer : elementTypes.double);
  if (values.length > 0) {
    writeInteger(buffer, values.length);
    writeInteger(buffer, 1);
  }
  for (const value of values) writeNumber(buffer, isInteger ? "integer" : "double precision", value);
  buffer.view.setInt32(lengthAt, buffer.used - lengthAt - 4);
}

/** For a jsonb column: zeros and half surrogates that JSON would spell out are taken away. */
export function jsonColumn(value: unknown): string {
  const text = JSON.stringify(value) ?? "null";
  return text.includes("\\u") && /\\u(0000|d[89a-f])/i.test(text)
    ? text.replace(/\\u(0000|d[89a-f][0-9a-f]{2})/gi, "\\ufffd")
    : text;
}
