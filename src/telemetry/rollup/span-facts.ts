import type { Attributes, ReceivedSpan } from "../otlp/received.ts";
import { spanKind } from "../otlp/received.ts";
import { peerOf, type SpanPeer } from "./span-peer.ts";

/** What a span is to its service. */
export type SpanRole = "server" | "client" | "producer" | "consumer" | "internal";

/** What the roll-ups need to know of a span, whatever version of the semantic conventions its sender follows. */
export type SpanFacts = {
  role: SpanRole;
  route: string | null;
  operation: string;
  peer: SpanPeer | null;
  isError: boolean;
  /** A short code or type: `ECONNREFUSED`, `503`, `java.sql.SQLException`. Null for a success. */
  reason: string | null;
  statusCode: string | null;
  isTimeout: boolean;
  isConnectError: boolean;
  isRateLimited: boolean;
  isRetry: boolean;
  isDnsError: boolean;
  isRedelivery: boolean;
};

const roles: Record<number, SpanRole> = {
  [spanKind.server]: "server",
  [spanKind.client]: "client",
  [spanKind.producer]: "producer",
  [spanKind.consumer]: "consumer",
};

export function spanFactsOf(span: ReceivedSpan): SpanFacts {
  const { attributes } = span;
  const role = roleOf(span);
  const httpStatus = numberAttribute(attributes, "http.response.status_code", "http.status_code");
  const grpcStatus = numberAttribute(attributes, "rpc.grpc.status_code");
  const isError = isErrorSpan(span, role, httpStatus);
  const words = isError ? errorWords(span) : "";
  const code = isError ? (errorCode.exec(words)?.[0] ?? null) : null;
  return {
    role,
    route: textAttribute(attributes, "http.route"),
    operation: operationOf(span, role),
    peer: role === "client" || role === "producer" || role === "consumer" ? peerOf(role, attributes) : null,
    isError,
    reason: isError ? (code ?? errorType(span) ?? (httpStatus === null ? null : String(httpStatus)) ?? "error") : null,
    statusCode: httpStatus !== null ? String(httpStatus) : grpcStatus !== null ? `grpc ${grpcStatus}` : null,
    isTimeout:
      isError &&
      ((timeoutWords.test(words) && !ownPoolWords.test(words)) ||
        httpStatus === 504 ||
        httpStatus === 408 ||
        grpcStatus === 4),
    isConnectError: isError && (connectWords.test(words) || (grpcStatus === 14 && httpStatus === null)),
    isRateLimited: httpStatus === 429 || grpcStatus === 8,
    isRetry:
      (numberAttribute(attributes, "http.request.resend_count", "http.resend_count", "http.retry_count") ?? 0) > 0,
    isDnsError: isError && nameWords.test(words),
    isRedelivery:
      attributes["messaging.message.redelivered"] === true ||
      (numberAttribute(
        attributes,
        "messaging.message.delivery_attempt",
        "messaging.rabbitmq.message.delivery_attempt",
      ) ?? 1) > 1,
  };
}

/** A consumer that only fetches (`receive`) has not yet done anything with a message. */
function roleOf(span: ReceivedSpan): SpanRole {
  const role = roles[span.kind] ?? "internal";
  if (role !== "consumer") return role;
  const operation = textAttribute(span.attributes, "messaging.operation.type", "messaging.operation");
  return operation === "receive" ? "internal" : "consumer";
}

/**
 * On the server's side only what the server did wrong. On the client's side a refusal that the callee's own figures do
 * not show counts too: unauthenticated, forbidden, timed out, too many.
 */
function isErrorSpan(span: ReceivedSpan, role: SpanRole, httpStatus: number | null): boolean {
  if (httpStatus === null) return span.status === 2;
  if (httpStatus >= 500) return true;
  if (role === "client") return clientRefusals.has(httpStatus);
  return span.status === 2;
}
const clientRefusals = new Set([401, 403, 407, 408, 429]);

function operationOf(span: ReceivedSpan, role: SpanRole): string {
  const { attributes } = span;
  if (role === "client") {
    const statement = textAttribute(attributes, "db.operation.name", "db.operation");
    const table = textAttribute(attributes, "db.collection.name", "db.sql.table");
    if (statement !== null) return table === null ? statement : `${statement} ${table}`;
  }
  return span.name.length <= 120 ? span.name : span.name.slice(0, 120);
}

const errorCode =
  /\b(E[A-Z]{2,}[A-Z0-9_]*|UND_ERR_[A-Z_]+|CERT_[A-Z_]+|DEPTH_ZERO_[A-Z_]+|ERR_[A-Z0-9_]+|[0-9]{2}[0-9A-Z]{3}(?=: ))\b/;
const timeoutWords = /ETIMEDOUT|ESOCKETTIMEDOUT|TIMEOUT|time[d-]?[ -]?out|TimeoutError|deadline.?exceeded/i;
/** Waited in vain for a connection of its own pool: nothing was ever sent, so nobody failed to answer it. */
const ownPoolWords =
  /pool[_ ]?(is )?(time[d-]?[ -_]?out|exhausted|full)|PoolTimeout|QueuePool limit|SQLTransientConnectionException|Connection is not available|exceeded when trying to connect|waiting for (an? )?((free|available|idle|pooled|database|db) )*(connection|client)\b|timeout acquiring a connection|obtaining a connection from the pool/i;
const connectWords =
  /ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|EHOSTUNREACH|ENETUNREACH|UND_ERR_SOCKET|socket hang up|connection (refused|reset|closed|terminated)|CERT_|certificate|self.signed|UNAVAILABLE/i;
const nameWords = /ENOTFOUND|EAI_AGAIN|ENODATA|ESERVFAIL|UnknownHost|no such host|getaddrinfo|name resolution/i;

function errorType(span: ReceivedSpan): string | null {
  const type = textAttribute(span.attributes, "error.type", "exception.type", "db.response.status_code");
  if (type !== null && type !== "_OTHER") return type.slice(0, 80);
  for (const event of span.events) {
    const exception = textAttribute(event.attributes, "exception.type");
    if (exception !== null) return exception.slice(0, 80);
  }
  return null;
}

/** All words that may tell what went wrong. */
function errorWords(span: ReceivedSpan): string {
  let words = `${span.statusMessage} ${textAttribute(span.attributes, "error.type", "error.message", "exception.message") ?? ""}`;
  for (const event of span.events) {
    if (event.name !== "exception") continue;
    words += ` ${event.attributes["exception.type"] ?? ""} ${event.attributes["exception.message"] ?? ""}`;
  }
  return words.slice(0, 1_000);
}

function textAttribute(attributes: Attributes, ...names: string[]): string | null {
  for (const name of names) {
    const value = attributes[name];
    if (typeof value === "string" && value !== "") return value;
    if (typeof value === "number" || typeof value === "boolean") return String(value);
  }
  return null;
}

function numberAttribute(attributes: Attributes, ...names: string[]): number | null {
  for (const name of names) {
    const value = attributes[name];
    const number = typeof value === "string" && value !== "" ? Number(value) : value;
    if (typeof number === "number" && Number.isFinite(number)) return number;
  }
  return null;
}
