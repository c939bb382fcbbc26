import { PbfReader } from "pbf";
import type { Attributes, AttributeValue } from "./received.ts";

/** Thrown for bytes that are no OTLP message; the receiver answers 400 with its text. */
export class MalformedOtlp extends Error {}

/** OTLP messages nest values at most this deep here; a bomb of nested lists would else exhaust the stack. */
const maximumDepth = 32;

function protobufReader(body: Uint8Array): PbfReader {
  return new PbfReader(body);
}

/** Runs a decoder and turns whatever broken bytes make it throw into MalformedOtlp. */
export function decoded<Result>(reader: PbfReader, decode: () => Result): Result {
  try {
    const result = decode();
    if (reader.pos > reader.length) throw new MalformedOtlp("the message ends in the middle of a field");
    return result;
  } catch (error) {
    if (error instanceof MalformedOtlp) throw error;
    throw new MalformedOtlp(error instanceof Error ? error.message : "not a protobuf message");
  }
}

/** Reads the length of a nested message and returns where it ends. */
export function endOfMessage(reader: PbfReader): number {
  if (reader.type !== 2) throw new MalformedOtlp(`wire type ${reader.type} where a message belongs`);
  const end = reader.readVarint() + reader.pos;
  if (end > reader.length) throw new MalformedOtlp("a field is longer than the message");
  return end;
}

export function readText(reader: PbfReader): string {
  const text = reader.readString();
  if (reader.pos > reader.length) throw new MalformedOtlp("a text is longer than the message");
  return text;
}

/** Trace and span ids: lower-case hexadecimal. All zeros is no id. */
export function readId(reader: PbfReader): string {
  const bytes = reader.readBytes();
  if (reader.pos > reader.length) throw new MalformedOtlp("an id is longer than the message");
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
  return /^0*$/.test(hex) ? "" : hex;
}

/** Nanoseconds since the epoch to milliseconds; a double keeps about a quarter of a microsecond. */
export function readInstant(reader: PbfReader): number {
  return reader.readFixed64() / 1e6;
}

export function readKeyValue(reader: PbfReader, into: Attributes): void {
  const end = endOfMessage(reader);
  let key = "";
  let value: AttributeValue = null;
  for (let field = reader.nextField(end); field !== 0; field = reader.nextField(end)) {
    if (field === 1) key = readText(reader);
    else if (field === 2) value = readAnyValue(reader, 0);
  }
  put(into, key, value);
}

/** A key from outside may be `__proto__`, which would set the object's prototype. */
function put(into: Attributes, key: string, value: AttributeValue): void {
  if (key !== "__proto__") into[key] = value;
}

/** `StringKeyValue`, the labels of OTLP before 0.9. */
export function readOldLabel(reader: PbfReader, into: Attributes): void {
  const end = endOfMessage(reader);
  let key = "";
  let value = "";
  for (let field = reader.nextField(end); field !== 0; field = reader.nextField(end)) {
    if (field === 1) key = readText(reader);
    else if (field === 2) value = readText(reader);
  }
  put(into, key, value);
}

export function readAnyValue(reader: PbfReader, depth: number): AttributeValue {
  if (depth > maximumDepth) throw new MalformedOtlp("a value is nested too deep");
  const end = endOfMessage(reader);
  let value: AttributeValue = null;
  for (let field = reader.nextField(end); field !== 0; field = reader.nextField(end)) {
    if (field === 1) value = readText(reader);
    else if (field === 2) value = reader.readBoolean();
    else if (field === 3) value = reader.readVarint(true);
    else if (field === 4) value = reader.readDouble();
    else if (field === 5) value = readArray(reader, depth);
    else if (field === 6) value = readKeyValueList(reader, depth);
    else if (field === 7) value = Buffer.from(reader.readBytes()).toString("base64");
  }
  return value;
}

function readArray(reader: PbfReader, depth: number): AttributeValue[] {
  const end = endOfMessage(reader);
  const values: AttributeValue[] = [];
  for (let field = reader.nextField(end); field !== 0; field = reader.nextField(end)) {
    if (field === 1) values.push(readAnyValue(reader, depth + 1));
  }
  return values;
}

function readKeyValueList(reader: PbfReader, depth: number): Attributes {
  const end = endOfMessage(reader);
  const values: Attributes = {};
  for (let field = reader.nextField(end); field !== 0; field = reader.nextField(end)) {
    if (field !== 1) continue;
    const pairEnd = endOfMessage(reader);
    let key = "";
    let value: AttributeValue = null;
    for (let part = reader.nextField(pairEnd); part !== 0; part = reader.nextField(pairEnd)) {
      if (part === 1) key = readText(reader);
      else if (part === 2) value = readAnyValue(reader, depth + 1);
    }
    put(values, key, value);
  }
  return values;
}

function readResource(reader: PbfReader, into: Attributes): void {
  const end = endOfMessage(reader);
  for (let field = reader.nextField(end); field !== 0; field = reader.nextField(end)) {
    if (field === 1) readKeyValue(reader, into);
  }
}

/**
 * The three kinds of request have one shape: groups by resource (field 1), each with its resource (1), its scopes (2,
 * which before 0.15 held the same under another name, and 1000 in between), each with its items (2). Unknown fields are
 * passed over, as the protocol wants.
 */
export function readGroups<Item>(
  body: Uint8Array,
  readItem: (reader: PbfReader) => Item,
): { resource: Attributes; items: Item[] }[] {
  const reader = protobufReader(body);
  return decoded(reader, () => {
    const groups: { resource: Attributes; items: Item[] }[] = [];
    for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
      if (field !== 1) continue;
      const group = { resource: {} as Attributes, items: [] as Item[] };
      const end = endOfMessage(reader);
      for (let part = reader.nextField(end); part !== 0; part = reader.nextField(end)) {
        if (part === 1) readResource(reader, group.resource);
        else if (part === 2 || part === 1000) readScope(reader, group.items, readItem);
      }
      groups.push(group);
    }
    return groups;
  });
}

function readScope<Item>(reader: PbfReader, items: Item[], readItem: (reader: PbfReader) => Item): void {
  const end = endOfMessage(reader);
  for (let field = reader.nextField(end); field !== 0; field = reader.nextField(end)) {
    if (field === 2) items.push(readItem(reader));
  }
}
