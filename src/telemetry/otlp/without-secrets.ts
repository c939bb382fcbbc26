import { isSecretKey, mayHoldSecret, redact } from "../../core/redact.ts";
import { redacted } from "../../core/redacted.ts";
import type { Attributes, AttributeValue, ReceivedLog, ReceivedSpan } from "./received.ts";

/**
 * What senders did not mean to send (a header, a connection string, a key in a query) is gone before anything is counted,
 * grouped or stored. Nearly all of it holds none and comes back as it was, the very same object.
 */
export function spanWithoutSecrets(span: ReceivedSpan): ReceivedSpan {
  const name = textWithoutSecrets(span.name);
  const statusMessage = textWithoutSecrets(span.statusMessage);
  const attributes = attributesWithoutSecrets(span.attributes);
  const events = span.events.map((event) => ({ ...event, attributes: attributesWithoutSecrets(event.attributes) }));
  return { ...span, name, statusMessage, attributes, events };
}

export function logWithoutSecrets(log: ReceivedLog): ReceivedLog {
  return { ...log, body: valueWithoutSecrets(log.body, 0), attributes: attributesWithoutSecrets(log.attributes) };
}

export function attributesWithoutSecrets(attributes: Attributes): Attributes {
  let cleaned: Attributes | null = null;
  for (const key in attributes) {
    const value = attributes[key] as AttributeValue;
    const clean = isTelling(key) && value !== null ? redacted : valueWithoutSecrets(value, 0);
    if (clean === value) continue;
    cleaned ??= { ...attributes };
    cleaned[key] = clean;
  }
  return cleaned ?? attributes;
}

/** Below this, what a sender nests is shown to nobody. */
const deepest = 16;

function valueWithoutSecrets(value: AttributeValue, depth: number): AttributeValue {
  if (typeof value === "string") return textWithoutSecrets(value);
  if (value === null || typeof value !== "object") return value;
  if (depth >= deepest) return redacted;
  if (Array.isArray(value)) return value.map((member) => valueWithoutSecrets(member, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      isTelling(key) && member !== null ? redacted : valueWithoutSecrets(member, depth + 1),
    ]),
  );
}

/** Methods, routes and hosts come again and again: what was found harmless need not be looked at twice. */
const harmless = new Set<string>();
const mostRemembered = 20_000;
const longestRemembered = 100;

function textWithoutSecrets(text: string): string {
  if (harmless.has(text)) return text;
  if (mayHoldSecret(text)) {
    const clean = redact(text);
    if (clean !== text) return clean;
  }
  if (text.length <= longestRemembered) {
    if (harmless.size >= mostRemembered) harmless.clear();
    harmless.add(text);
  }
  return text;
}

const telling = new Map<string, boolean>();
const mostKeys = 5_000;

function isTelling(key: string): boolean {
  let known = telling.get(key);
  if (known === undefined) {
    known = isSecretKey(key);
    if (telling.size >= mostKeys) telling.clear();
    telling.set(key, known);
  }
  return known;
}
