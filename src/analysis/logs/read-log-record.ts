import type { LogSeverity } from "../../core/observation.ts";
import { readStackTrace, stackSignature } from "./stack-trace.ts";

/** What one log record says, whatever it is wrapped in. */
type LogRecord = {
  /** The words of a person who programmed it: what templates are mined from. One line. */
  message: string;
  /** Null when the record does not say. */
  severity: LogSeverity | null;
  exception: { type: string; frames: string[] } | null;
  traceId: string | null;
  /** Separates records of equal words whose stack traces differ; severity belongs to it. */
  kind: string;
};

/** Wrappers hold wrappers (a container's JSON around an application's JSON); deeper is nobody's log. */
const mostWrappers = 4;

/**
 * Reads JSON, logfmt, container wrappers and plain text. Never throws: what cannot be read is its own message.
 * Text from outside: nothing in it is acted upon.
 */
export function readLogRecord(text: string): LogRecord {
  let rest = text.includes("\u001b") ? text.replace(terminalEscapes, "") : text;
  for (let depth = 0; depth < mostWrappers; depth++) {
    const inner = unwrap(rest);
    if (inner === null) break;
    rest = inner;
  }
  const object = jsonObject(rest);
  if (object) return fromFields(flatten(object), rest);
  const fields = logfmtFields(rest);
  if (fields) return fromFields(fields, rest);
  return fromPlain(rest);
}

const terminalEscapes = /\u001b(?:\[[0-9;?]*[A-Za-z]|\][^\u0007]*\u0007)/g;

/** A container runtime's line around the application's: JSON file, CRI, compose. */
function unwrap(text: string): string | null {
  if (text.startsWith("{")) {
    const object = jsonObject(text);
    const inner = object?.["log"];
    const isWrapper = object && typeof inner === "string" && ("stream" in object || "time" in object);
    return isWrapper ? inner.replace(/\n$/, "") : null;
  }
  const cri = /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d) (?:stdout|stderr) [FP] /.exec(text);
  if (cri) return text.slice(cri[0].length);
  const compose = /^[\w.-]{1,64} +\| /.exec(text);
  return compose ? text.slice(compose[0].length) : null;
}

function jsonObject(text: string): Record<string, unknown> | null {
  const start = text.trimStart();
  if (!start.startsWith("{") || !start.trimEnd().endsWith("}")) return null;
  try {
    const value: unknown = JSON.parse(start);
    return value !== null && typeof value === "object" && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

/** Members two levels deep under dotted names, as ECS and Bunyan nest them; deeper ones carry no message. */
function flatten(object: Record<string, unknown>): Record<string, string> {
  const fields: Record<string, string> = {};
  const walk = (value: Record<string, unknown>, prefix: string, depth: number): void => {
    for (const [key, member] of Object.entries(value)) {
      const name = prefix + key;
      if (typeof member === "string") fields[name.toLowerCase()] = member;
      else if (typeof member === "number" || typeof member === "boolean") fields[name.toLowerCase()] = String(member);
      else if (Array.isArray(member) && member.every((each) => typeof each === "string"))
        fields[name.toLowerCase()] = member.join("\n");
      else if (member !== null && typeof member === "object" && !Array.isArray(member) && depth < 2)
        walk(member as Record<string, unknown>, `${name}.`, depth + 1);
    }
  };
  walk(object, "", 0);
  return fields;
}

const messageKeys = [
  "message",
  "msg",
  "body",
  "text",
  "log.message",
  "error.log.message",
  "@m",
  "@mt",
  "short_message",
  "event",
  "log",
  "textpayload",
];
const severityKeys = [
  "level",
  "severity",
  "log.level",
  "lvl",
  "loglevel",
  "log_level",
  "severity_text",
  "severitytext",
  "@l",
  "levelname",
  "priority",
];
const errorKeys = [
  "error.message",
  "err.message",
  "exception.message",
  "error",
  "err",
  "reason",
  "error_message",
  "exception",
];
const stackKeys = [
  "error.stack_trace",
  "stack_trace",
  "stacktrace",
  "stack",
  "err.stack",
  "error.stack",
  "error.stacktrace",
  "exception.stacktrace",
  "exc_info",
  "exception",
  "error.verbose",
  "errorverbose",
  "trace",
];
const typeKeys = ["error.type", "exception.type", "err.type", "err.name", "error.name", "err.code", "error.code"];
const traceKeys = ["trace_id", "traceid", "trace.id", "dd.trace_id", "otel.trace_id", "x-b3-traceid"];

const firstOf = (fields: Record<string, string>, keys: string[]): string | null =>
  keys.map((key) => fields[key]).find((value) => value !== undefined && value !== "") ?? null;

function fromFields(fields: Record<string, string>, text: string): LogRecord {
  const said = firstOf(fields, messageKeys);
  const error = firstOf(fields, errorKeys);
  const stack = firstOf(fields, stackKeys);
  const trace = stack ? readStackTrace(stack) : said ? readStackTrace(said) : null;
  const headline = firstLine(said ?? error ?? text);
  // Loggers put what failed beside what was tried: without it, "request failed" is all that a template would say.
  const errorLine = error === null ? null : firstLine(error);
  const message = errorLine === null || headline.includes(errorLine) ? headline : `${headline}: ${errorLine}`;
  const type = trace?.types.join(" ← ") || firstOf(fields, typeKeys);
  const severity = severityOf(firstOf(fields, severityKeys) ?? "");
  const exception = trace || type ? { type: type ?? "", frames: trace?.frames ?? [] } : null;
  return {
    message,
    severity,
    exception,
    traceId: firstOf(fields, traceKeys),
    kind: kindOf(severity, trace ? stackSignature(trace) : (type ?? "")),
  };
}

/** `key=value key="quoted value"`; taken as such when it names a message or a level. */
function logfmtFields(text: string): Record<string, string> | null {
  if (!/(?:^|\s)(?:msg|message|level|lvl|severity)=/.test(text.slice(0, 400))) return null;
  const fields: Record<string, string> = {};
  for (const match of text.matchAll(/(?:^|\s)([\w.@-]+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))/g)) {
    const [, key, quoted, bare] = match;
    fields[(key as string).toLowerCase()] = quoted === undefined ? (bare ?? "") : quoted.replace(/\\(.)/g, unescaped);
  }
  return firstOf(fields, messageKeys) === null && firstOf(fields, severityKeys) === null ? null : fields;
}

const unescaped = (_: string, character: string): string =>
  character === "n" ? "\n" : character === "t" ? "\t" : character;

function fromPlain(text: string): LogRecord {
  const trace = readStackTrace(text);
  const first = firstLine(text);
  // Python says what happened in the last line.
  const line = first.startsWith("Traceback (most recent")
    ? (text.trimEnd().split("\n").at(-1) as string).trim()
    : first;
  const severity = severityOfLine(line);
  const message = line.replace(leadingTime, "").replace(leadingNoise, "").trim();
  const headline = message === "" ? line : message;
  const type = trace?.types.join(" ← ") ?? "";
  return {
    message: headline,
    severity: severity ?? (trace ? "error" : null),
    exception: trace ? { type, frames: trace.frames } : null,
    traceId: /\btrace[_-]?id[=:"\s]+([0-9a-f]{16,32})\b/i.exec(line)?.[1] ?? null,
    kind: kindOf(severity, trace ? stackSignature(trace) : ""),
  };
}

const leadingTime =
  /^\s*[[(]?(?:\d{4}[-/.]\d\d[-/.]\d\d|\d\d[/-](?:\d\d|[A-Z][a-z]{2})[/-]\d{2,4}|[A-Z][a-z]{2} +\d{1,2}|[A-Z][a-z]{2} [A-Z][a-z]{2} +\d{1,2})?[T ,:]*(?:\d\d:\d\d:\d\d)[.,\d]*(?: ?(?:Z|UTC|GMT|[A-Z]{3,4}|[+-]\d\d:?\d\d))?[\])]?[ :,-]*/;
const leadingNoise = /^(?:\[?\d+\]?|-)\s+/;

function kindOf(severity: LogSeverity | null, signature: string): string {
  return signature === "" ? (severity ?? "") : `${severity ?? ""}|${signature}`;
}

function firstLine(text: string): string {
  const end = text.search(/\r?\n/);
  return (end < 0 ? text : text.slice(0, end)).trim();
}

const severityWords: Record<string, LogSeverity> = {
  trace: "trace",
  verbose: "trace",
  finest: "trace",
  finer: "trace",
  all: "trace",
  debug: "debug",
  dbg: "debug",
  fine: "debug",
  d: "debug",
  info: "info",
  information: "info",
  informational: "info",
  notice: "info",
  log: "info",
  i: "info",
  ok: "info",
  warn: "warn",
  warning: "warn",
  wrn: "warn",
  w: "warn",
  error: "error",
  err: "error",
  severe: "error",
  eror: "error",
  e: "error",
  fail: "error",
  failure: "error",
  fatal: "fatal",
  critical: "fatal",
  crit: "fatal",
  emergency: "fatal",
  emerg: "fatal",
  alert: "fatal",
  panic: "fatal",
  f: "fatal",
};

/** Words, Bunyan and pino numbers (10 to 60), syslog numbers (0 to 7). Null for what is neither. */
export function severityOf(text: string): LogSeverity | null {
  const word = severityWords[text.trim().toLowerCase()];
  if (word) return word;
  const number = Number(text);
  if (text.trim() === "" || !Number.isFinite(number)) return null;
  if (number >= 10)
    return number >= 60
      ? "fatal"
      : number >= 50
        ? "error"
        : number >= 40
          ? "warn"
          : number >= 30
            ? "info"
            : number >= 20
              ? "debug"
              : "trace";
  return number <= 2 ? "fatal" : number === 3 ? "error" : number === 4 ? "warn" : number <= 6 ? "info" : "debug";
}

function severityOfLine(line: string): LogSeverity | null {
  const glog = /^([IWEF])\d{4} \d\d:\d\d/.exec(line);
  if (glog) return severityOf(glog[1] as string);
  // In its usual place near the front, in capitals, in brackets or before a colon: prose further back is no level.
  const front = line.slice(0, 120);
  const word =
    /(?:^|[\s[(.|<:])(TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|ERR|FATAL|CRITICAL|SEVERE|EMERGENCY|PANIC|LOG)(?:[\s\]):|>]|$)/.exec(
      front,
    ) ??
    /[[<(](trace|debug|info|notice|warn|warning|error|crit|alert|emerg|fatal)[\]>):]/.exec(front) ??
    /\t(debug|info|warn|error|dpanic|panic|fatal)\t/.exec(front) ??
    /^(panic|fatal|error|warning|fatal error):/i.exec(line.replace(leadingTime, ""));
  return word ? severityOf((word[1] as string).split(" ")[0] as string) : null;
}
