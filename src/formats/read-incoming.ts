import { digestOf } from "../core/canonical-json.ts";
import type { IncomingItem } from "../core/item.ts";
import type { Instant, OnsetInterval } from "../core/window.ts";
import { itemId, longestDescription } from "./alert-item.ts";
import { categoryOf } from "./alert-severity.ts";
import { conceptInText, numbersInText } from "./alert-text.ts";
import {
  type AlertmanagerContext,
  isAlertmanagerPayload,
  isRecord,
  type Problem,
  readAlertmanagerPayload,
} from "./alertmanager-payload.ts";
import { inEnglish } from "./in-english.ts";
import { mentionsInText } from "./text-mentions.ts";
import { toldInText } from "./told-in-text.ts";
import { severityOfFigures } from "./told-severity.ts";
import { readWebhookPayload } from "./webhook-payload.ts";

type IncomingReading =
  | { kind: "read"; items: IncomingItem[]; problems: Problem[]; truncatedAlerts: number }
  | { kind: "refused"; problems: Problem[] };

type IncomingContext = { source: string; receivedAt: Instant; findSignal?: AlertmanagerContext["findSignal"] };

/** More than a person writes, or reads. */
const longestWords = 20_000;
/** More alerts than this in one payload are not one payload. */
export const mostAlerts = 10_000;

/**
 * Whatever came in over HTTP as an alert, in the form that it has: Alertmanager's, `{alert, context}`, a list of alerts,
 * or anything else. Refused is only what holds nothing to read.
 */
export function readIncoming(payload: unknown, context: IncomingContext): IncomingReading {
  if (isAlertmanagerPayload(payload)) {
    const read = readAlertmanagerPayload(payload, { ...context, findSignal: context.findSignal ?? (() => null) });
    return read;
  }
  if (typeof payload === "string")
    return payload.trim() === "" ? refused("$", "is an empty text") : fromContext(payload, null, context);
  if (Array.isArray(payload)) {
    if (payload.length === 0) return refused("$", "is an empty list");
    if (payload.length > mostAlerts) return refused("$", `holds more than ${mostAlerts} alerts`);
    const readings = (payload as unknown[]).map((one) => readIncoming(one, context));
    const problems = readings.flatMap((reading, place) =>
      reading.problems.map((problem) => ({ ...problem, where: problem.where.replace("$", `$[${place}]`) })),
    );
    const items = readings.flatMap((reading) => (reading.kind === "read" ? reading.items : []));
    return items.length === 0 ? { kind: "refused", problems } : { kind: "read", items, problems, truncatedAlerts: 0 };
  }
  if (!isRecord(payload)) return refused("$", "is neither an object, a list nor a text");
  if (Object.keys(payload).length === 0) return refused("$", "is an empty object");
  if ("alert" in payload && ("context" in payload || typeof payload["alert"] === "string"))
    return fromContext(payload["alert"], payload["context"] ?? null, context);
  return { kind: "read", items: [readWebhookPayload(payload, context)], problems: [], truncatedAlerts: 0 };
}

/**
 * `{alert, context}`: what somebody knows, as text or as an object, and nothing else. Numbers and names are taken from
 * both; the alert's own words come first.
 */
function fromContext(alert: unknown, around: unknown, context: IncomingContext): IncomingReading {
  const words = wordsOf(alert).slice(0, longestWords);
  const surroundings = wordsOf(around).slice(0, longestWords);
  if (words.trim() === "" && surroundings.trim() === "") return refused("$.alert", "is empty");
  const base = isRecord(alert)
    ? readWebhookPayload(isRecord(around) ? { ...alert, context: around } : alert, context)
    : null;
  const written = [words, surroundings].filter((part) => part.trim() !== "").join("\n");
  const text = inEnglish(written);
  const numbers = numbersInText(text);
  const title = base?.title ?? firstSentence(words.trim() === "" ? surroundings : words);
  const labels = base?.labels ?? {};
  const told = toldInText(text, context.receivedAt, { named: base?.mentions.slice(0, 1) ?? [], labels });
  const isDated = base !== null && base.startsAt !== context.receivedAt;
  const startsAt = isDated || told.since === null ? (base?.startsAt ?? context.receivedAt) : middleOf(told.since);
  // "Since 14:05" asked twice is two questions: the second may come when the first is long answered.
  const asked = isDated || told.since === null ? { alert, around } : { alert, around, at: context.receivedAt };
  const fingerprint = digestOf(asked).slice(0, 32);
  const item: IncomingItem = {
    id: itemId(context.source, fingerprint, startsAt, "firing"),
    source: context.source,
    kind: "context",
    fingerprint,
    status: "firing",
    startsAt,
    endsAt: null,
    receivedAt: context.receivedAt,
    title,
    description: written.slice(0, longestDescription),
    severity: severityFor(text, numbers, base),
    category: categoryOf(text),
    mentions: [...new Set([...(base?.mentions ?? []), ...mentionsInText(text)])].slice(0, 30),
    labels,
    entityIds: [],
    signal: null,
    concept: numbers.find(({ concept }) => concept !== null)?.concept ?? conceptInText(text),
    numbers,
    told,
    link: base?.link ?? null,
  };
  return { kind: "read", items: [item], problems: [], truncatedAlerts: 0 };
}

function middleOf({ earliest, latest }: OnsetInterval): Instant {
  return Math.round((earliest + latest) / 2);
}

/** What the sender states outright stands; then what the numbers say, unless the words say worse; then the words alone. */
function severityFor(
  text: string,
  numbers: IncomingItem["numbers"],
  base: IncomingItem | null,
): IncomingItem["severity"] {
  if (base) return base.severity;
  const words = severityIn(text);
  const figures = severityOfFigures({ numbers, status: "firing" });
  return figures === null || words === "critical" ? words : figures.severity;
}

/** Users hurt now is worse than a number out of its usual range. */
function severityIn(text: string): IncomingItem["severity"] {
  if (/\b(critical|outage|down for everyone|p1|sev-?1)\b/i.test(text)) return "critical";
  if (/\b(high|p2|sev-?2|5xx|50[0-9]|errors?|fail(ed|ing|ures?)?)\b/i.test(text)) return "high";
  if (/\b(low|minor|p4|p5)\b/i.test(text)) return "low";
  return "medium";
}

/** Deeper than people nest what they tell. */
const deepest = 16;

function wordsOf(value: unknown, depth = 0): string {
  if (value === null || value === undefined || depth > deepest) return "";
  if (typeof value === "string") return value;
  if (typeof value !== "object") return String(value);
  if (Array.isArray(value))
    return value
      .slice(0, mostMembers)
      .map((member) => wordsOf(member, depth + 1))
      .filter((words) => words !== "")
      .join("\n");
  return Object.entries(value as Record<string, unknown>)
    .slice(0, mostMembers)
    .map(([key, member]) => {
      const words = wordsOf(withUnitOfKey(key, member), depth + 1);
      return words === "" ? "" : `${key.replaceAll(/([a-z])([A-Z])/g, "$1 $2").replaceAll("_", " ")}: ${words}`;
    })
    .filter((line) => line !== "")
    .join("\n");
}

const mostMembers = 500;

/** `p99_ms: 1200` is 1200 ms; a rate or ratio of errors between nothing and all is a share of all. */
function withUnitOfKey(key: string, value: unknown): unknown {
  if (typeof value !== "number" || !Number.isFinite(value)) return value;
  const plain = key.replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
  const unit = /_(ms|millis|milliseconds|s|sec|seconds|percent|pct|bytes)$/.exec(plain)?.[1];
  if (unit !== undefined) return `${value} ${unit.replace(/^millis$/, "ms").replace("pct", "percent")}`;
  const isShare = /(error|failure|hit|fail).*_(rate|ratio)$|_ratio$/.test(plain) && value >= 0 && value <= 1;
  return isShare ? `${Number((value * 100).toPrecision(12))} %` : value;
}

function firstSentence(text: string): string {
  const line = text.trim().split("\n")[0] ?? "";
  const sentence = /^.{10,200}?[.!?](?=\s|$)/.exec(line)?.[0] ?? line;
  return sentence.length > 200 ? `${sentence.slice(0, 199)}…` : sentence;
}

function refused(where: string, problem: string): IncomingReading {
  return { kind: "refused", problems: [{ where, problem }] };
}
