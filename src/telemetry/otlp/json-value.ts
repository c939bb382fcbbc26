import { MalformedOtlp } from "./protobuf-reader.ts";
import type { Attributes, AttributeValue } from "./received.ts";

/** A JSON object of OTLP. Fields are read under their lowerCamelCase name and, leniently, their original snake_case. */
export type JsonObject = Record<string, unknown>;

export function parseJson(text: string): JsonObject {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new MalformedOtlp(error instanceof Error ? error.message : "not JSON");
  }
  return asObject(parsed, "the body");
}

function asObject(value: unknown, where: string): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new MalformedOtlp(`${where} must be an object`);
  return value as JsonObject;
}

/** The field's value under either spelling; undefined when absent or null, which mean the same. */
export function field(object: JsonObject, name: string): unknown {
  const value = object[name] ?? object[name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)];
  return value === null ? undefined : value;
}

export function listOf(object: JsonObject, name: string): JsonObject[] {
  const value = field(object, name);
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new MalformedOtlp(`${name} must be a list`);
  return value.map((item) => asObject(item, `an item of ${name}`));
}

export function objectOf(object: JsonObject, name: string): JsonObject | undefined {
  const value = field(object, name);
  return value === undefined ? undefined : asObject(value, name);
}

export function textOf(object: JsonObject, name: string): string {
  const value = field(object, name);
  if (value === undefined) return "";
  if (typeof value !== "string") throw new MalformedOtlp(`${name} must be a text`);
  return value;
}

/** 64-bit integers come as texts or as numbers; doubles may be "NaN" or "Infinity". Null when absent. */
export function numberOf(object: JsonObject, name: string): number | null {
  const value = field(object, name);
  return value === undefined ? null : toNumber(value, name);
}

export function numbersOf(object: JsonObject, name: string): number[] {
  const value = field(object, name);
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new MalformedOtlp(`${name} must be a list`);
  return value.map((item) => toNumber(item, name));
}

function toNumber(value: unknown, name: string): number {
  if (typeof value === "number") return value;
  if (typeof value !== "string" || value.trim() === "") throw new MalformedOtlp(`${name} must be a number`);
  const number = Number(value);
  if (Number.isNaN(number) && value !== "NaN")
    throw new MalformedOtlp(`${name} must be a number, not "${value.slice(0, 40)}"`);
  return number;
}

export function booleanOf(object: JsonObject, name: string): boolean {
  const value = field(object, name);
  return value === true || value === "true";
}

/** Nanoseconds to milliseconds; null when absent or zero, which OTLP reads as unknown. */
export function instantOf(object: JsonObject, name: string): number | null {
  const value = numberOf(object, name);
  if (value === null || value === 0) return null;
  if (!(value > 0 && value < 2 ** 64)) throw new MalformedOtlp(`${name} must be nanoseconds since 1970`);
  return value / 1e6;
}

/** Enumerations are integers in OTLP/JSON; names are taken too, because senders write them. */
export function enumOf(object: JsonObject, name: string, names: Record<string, number>): number {
  const value = field(object, name);
  if (value === undefined) return 0;
  if (typeof value === "string" && value in names) return names[value] as number;
  return toNumber(value, name);
}

/** Ids are hexadecimal in OTLP/JSON, in either case, not base64 as in other protobuf JSON. All zeros is no id. */
export function idOf(object: JsonObject, name: string, bytes: 8 | 16): string {
  const text = textOf(object, name).toLowerCase();
  if (text === "") return "";
  if (text.length !== bytes * 2 || !/^[0-9a-f]+$/.test(text)) {
    throw new MalformedOtlp(`${name} must be ${bytes * 2} hexadecimal digits, not "${text.slice(0, 40)}"`);
  }
  return /^0+$/.test(text) ? "" : text;
}

/** `attributes`, and the `labels` of OTLP before 0.9, whose values are plain texts. */
export function attributesOf(object: JsonObject): Attributes {
  const attributes: Attributes = {};
  for (const name of ["labels", "attributes"]) {
    for (const pair of listOf(object, name)) {
      const value = field(pair, "value");
      attributes[textOf(pair, "key")] = typeof value === "string" ? value : anyValueOf(value, 0);
    }
  }
  return attributes;
}

export function anyValueOf(value: unknown, depth: number): AttributeValue {
  if (value === undefined || value === null) return null;
  if (depth > 32) throw new MalformedOtlp("a value is nested too deep");
  const object = asObject(value, "a value");
  const text = field(object, "stringValue");
  if (text !== undefined) return textOf(object, "stringValue");
  if (field(object, "boolValue") !== undefined) return booleanOf(object, "boolValue");
  if (field(object, "intValue") !== undefined) return numberOf(object, "intValue");
  if (field(object, "doubleValue") !== undefined) return numberOf(object, "doubleValue");
  if (field(object, "bytesValue") !== undefined) return textOf(object, "bytesValue");
  const list = objectOf(object, "arrayValue");
  if (list) {
    const values = field(list, "values") ?? [];
    if (!Array.isArray(values)) throw new MalformedOtlp("values must be a list");
    return values.map((item) => anyValueOf(item, depth + 1));
  }
  const pairs = objectOf(object, "kvlistValue");
  if (!pairs) return null;
  const result: Attributes = {};
  for (const pair of listOf(pairs, "values")) result[textOf(pair, "key")] = anyValueOf(field(pair, "value"), depth + 1);
  return result;
}
