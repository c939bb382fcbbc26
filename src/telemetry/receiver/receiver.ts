import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { midwatchError } from "../../core/errors.ts";
import type { TakeResult } from "../intake.ts";
import { decodeLogsJson, decodeMetricsJson, decodeTracesJson } from "../otlp/decode-json.ts";
import { decodeLogs } from "../otlp/decode-logs.ts";
import { decodeMetrics } from "../otlp/decode-metrics.ts";
import { decodeTraces } from "../otlp/decode-traces.ts";
import { type Encoding, encodeStatus, encodeSuccess, type OtlpSignal } from "../otlp/encode-answer.ts";
import { MalformedOtlp } from "../otlp/protobuf-reader.ts";
import type { ReceivedLogs, ReceivedMetrics, ReceivedTraces } from "../otlp/received.ts";
import { readBody } from "./body-reader.ts";

export type Received =
  | { signal: "traces"; groups: ReceivedTraces }
  | { signal: "metrics"; groups: ReceivedMetrics }
  | { signal: "logs"; groups: ReceivedLogs };

type ReceiverOptions = {
  host: string;
  port: number;
  senders: { name: string; token: string }[];
  bodyBytes: number;
  /** Takes a decoded request and answers when it is on disk. Rejects when it could not be written: the sender repeats. */
  take: (received: Received, bodyBytes: number) => Promise<TakeResult>;
  /** Null when there is room for this many more bytes; otherwise why not. */
  refusal: (bodyBytes: number) => string | null;
};

type Receiver = { port: number; close(): Promise<void>; state(): ReceiverState };
type ReceiverState = { requests: number; refusedBusy: number; refusedOther: number };

/** gRPC's numbers, which `google.rpc.Status` uses. */
const codes = {
  invalidArgument: 3,
  notFound: 5,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
};

const signals: Record<string, OtlpSignal> = { "/v1/traces": "traces", "/v1/metrics": "metrics", "/v1/logs": "logs" };

/** Seconds that a sender is asked to wait; SDKs honour it and keep what they have. */
const RETRY_AFTER_SECONDS = 2;

/** The OTLP/HTTP server. Throws MW_PORT_IN_USE. */
export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  const tokens = options.senders.map(({ token }) => digest(token));
  const state: ReceiverState = { requests: 0, refusedBusy: 0, refusedOther: 0 };
  let readingBytes = 0;
  const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
    handle(request, response).catch((error: unknown) => {
      answer(response, request, 500, codes.internal, error instanceof Error ? error.message : "unknown mistake");
    });
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    state.requests++;
    const signal = signals[(request.url ?? "").split("?", 1)[0] ?? ""];
    const refuse = (status: number, code: number, message: string) => {
      if (status === 503 || status === 429) state.refusedBusy++;
      else state.refusedOther++;
      answer(response, request, status, code, message);
    };
    if (!signal) return refuse(404, codes.notFound, "There are /v1/traces, /v1/metrics and /v1/logs.");
    if (request.method !== "POST") return refuse(405, codes.unimplemented, "OTLP is sent with POST.");
    if (!isKnown(request, tokens)) {
      const message =
        "This sender's token is not known. Put `Authorization: Bearer <token>` into OTEL_EXPORTER_OTLP_HEADERS.";
      return refuse(401, codes.unauthenticated, message);
    }
    const encoding = encodingOf(request);
    if (!encoding) return refuse(415, codes.invalidArgument, "Send application/x-protobuf or application/json.");
    const announced = Number(request.headers["content-length"] ?? 0);
    if (announced > options.bodyBytes) return refuse(413, codes.invalidArgument, tooLarge(options.bodyBytes));
    const noRoom = options.refusal(readingBytes + announced);
    if (noRoom) return refuse(503, codes.unavailable, noRoom);
    readingBytes += announced;
    const body = await readBody(request, options.bodyBytes).finally(() => {
      readingBytes -= announced;
    });
    if (!Buffer.isBuffer(body)) {
      if (body.kind === "too-large") return refuse(413, codes.invalidArgument, tooLarge(options.bodyBytes));
      if (body.kind === "unknown-encoding")
        return refuse(
          415,
          codes.invalidArgument,
          `Content-Encoding ${body.encoding} is not understood; send gzip or none.`,
        );
      return refuse(400, codes.invalidArgument, `The body could not be unpacked: ${body.why}`);
    }
    const stillNoRoom = options.refusal(body.length);
    if (stillNoRoom) return refuse(503, codes.unavailable, stillNoRoom);
    let received: Received;
    try {
      received = decode(signal, encoding, body);
    } catch (error) {
      if (!(error instanceof MalformedOtlp)) throw error;
      return refuse(400, codes.invalidArgument, `This is no OTLP ${signal} request: ${error.message}`);
    }
    let result: TakeResult;
    try {
      result = await options.take(received, body.length);
    } catch (error) {
      return refuse(
        503,
        codes.unavailable,
        `It could not be written, nothing was taken: ${error instanceof Error ? error.message : error}`,
      );
    }
    const content = encodeSuccess(encoding, signal, result.rejected, result.why);
    response.writeHead(200, { "Content-Type": contentTypes[encoding], "Content-Length": content.length });
    response.end(content);
  }

  await listen(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    state: () => ({ ...state }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), 2_000).unref();
      }),
  };
}

async function listen(server: Server, { host, port }: ReceiverOptions): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "EADDRINUSE" ? midwatchError("MW_PORT_IN_USE", { host, port }, error) : error);
    });
    server.listen(port, host, () => resolve());
  });
}

function decode(signal: OtlpSignal, encoding: Encoding, body: Buffer): Received {
  const isJson = encoding === "json";
  if (signal === "traces")
    return { signal, groups: isJson ? decodeTracesJson(body.toString("utf8")) : decodeTraces(body) };
  if (signal === "metrics")
    return { signal, groups: isJson ? decodeMetricsJson(body.toString("utf8")) : decodeMetrics(body) };
  return { signal, groups: isJson ? decodeLogsJson(body.toString("utf8")) : decodeLogs(body) };
}

const contentTypes: Record<Encoding, string> = { protobuf: "application/x-protobuf", json: "application/json" };

function encodingOf(request: IncomingMessage): Encoding | null {
  const type = (request.headers["content-type"] ?? "").split(";", 1)[0]?.trim().toLowerCase();
  if (type === "application/x-protobuf" || type === "application/protobuf") return "protobuf";
  return type === "application/json" ? "json" : null;
}

function answer(
  response: ServerResponse,
  request: IncomingMessage,
  status: number,
  code: number,
  message: string,
): void {
  if (response.headersSent) return;
  const encoding = encodingOf(request) ?? "json";
  const content = encodeStatus(encoding, code, message);
  const headers: Record<string, string | number> = {
    "Content-Type": contentTypes[encoding],
    "Content-Length": content.length,
  };
  if (status === 503 || status === 429) headers["Retry-After"] = RETRY_AFTER_SECONDS;
  if (status === 401) headers["WWW-Authenticate"] = "Bearer";
  if (status === 405) headers["Allow"] = "POST";
  if (status === 413) headers["Connection"] = "close"; // the rest of the body is not read
  response.writeHead(status, headers);
  response.end(content);
  if (!request.complete) request.resume(); // a sender that is still sending reads the answer only when it may finish
}

function isKnown(request: IncomingMessage, tokens: Buffer[]): boolean {
  const given = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
  if (given === undefined) return false;
  const hashed = digest(given);
  return tokens.filter((token) => timingSafeEqual(token, hashed)).length > 0;
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function tooLarge(limit: number): string {
  return `At most ${limit} bytes are taken in one request, unpacked. Send smaller batches.`;
}
