import { readLogRecord, severityOf } from "../../analysis/logs/read-log-record.ts";
import { readStackTrace } from "../../analysis/logs/stack-trace.ts";
import type { LogSeverity } from "../../core/observation.ts";
import type { Attributes, AttributeValue, ReceivedLog } from "../otlp/received.ts";

/** A log record as midwatch keeps it. Text from outside. */
export type LogEntry = {
  severity: LogSeverity;
  /** What the template is made of: one line, with the exception's type where the words do not say it. */
  message: string;
  /** What a person reads. */
  text: string;
  exception: { type: string; frames: string[] } | null;
  traceId: string | null;
  attributes: Record<string, string>;
};

const LONGEST_TEXT = 4_000;
const LONGEST_MESSAGE = 800;

export function readOtlpLog(log: ReceivedLog): LogEntry {
  const body = bodyText(log.body);
  const record = readLogRecord(body.slice(0, 4 * LONGEST_TEXT));
  const attributes = textsOf(log.attributes);
  const exception = exceptionOf(attributes) ?? record.exception;
  const words =
    record.message !== "" ? record.message : (attributes["exception.message"] ?? attributes["event.name"] ?? "(empty)");
  const message = exception !== null && !words.includes(exception.type) ? `${words} [${exception.type}]` : words;
  return {
    severity: severityOfNumber(log.severityNumber) ?? severityOf(log.severityText) ?? record.severity ?? "info",
    message: message.slice(0, LONGEST_MESSAGE),
    text: (body === "" ? message : body).slice(0, LONGEST_TEXT),
    exception,
    traceId: log.traceId !== "" ? log.traceId : record.traceId,
    attributes: keptAttributes(attributes),
  };
}

/** A body that only wraps another one (`{body: {…}}`) is opened. */
function bodyText(body: AttributeValue): string {
  if (body === null) return "";
  if (typeof body !== "object") return String(body);
  if (!Array.isArray(body) && Object.keys(body).length === 1 && body["body"] !== undefined)
    return bodyText(body["body"]);
  return JSON.stringify(body);
}

/** OTLP: 1 trace, 5 debug, 9 info, 13 warn, 17 error, 21 fatal; four numbers each, 0 says nothing. */
function severityOfNumber(number: number): LogSeverity | null {
  if (number >= 21) return "fatal";
  if (number >= 17) return "error";
  if (number >= 13) return "warn";
  if (number >= 9) return "info";
  if (number >= 5) return "debug";
  return number >= 1 ? "trace" : null;
}

function exceptionOf(attributes: Record<string, string>): LogEntry["exception"] {
  const stack = readStackTrace(attributes["exception.stacktrace"] ?? "");
  const type = attributes["exception.type"] ?? stack?.types[0];
  return type === undefined ? null : { type: type.slice(0, 120), frames: stack?.frames ?? [] };
}

function textsOf(attributes: Attributes): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined)
      texts[key] = typeof value === "object" ? JSON.stringify(value) : String(value);
  }
  return texts;
}

/** At most twenty, shortened: a sampled line is for reading. */
function keptAttributes(attributes: Record<string, string>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [key, value] of Object.entries(attributes).slice(0, 20)) {
    kept[key] = value.slice(0, key === "exception.stacktrace" ? 2_000 : 300);
  }
  return kept;
}
