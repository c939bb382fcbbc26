import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest, Agent as TlsAgent } from "node:https";
import type { TLSSocket } from "node:tls";
import { context, propagation, type Span, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { addressKey, timeoutKey } from "../estate/topology.ts";
import { UpstreamError } from "./http-error.ts";
import type { Resolve } from "./resolver.ts";
import { type InstanceSettings, numberSetting, type PeerRole } from "./settings.ts";
import { durationBounds, type Telemetry } from "./telemetry.ts";

type Call = { method: "GET" | "POST" | "PUT" | "DELETE"; path: string; body?: unknown };
export type Reply = { status: number; body: Record<string, unknown> };
export type CallPeer = (to: PeerRole, call: Call) => Promise<Reply>;

const defaultTimeoutMilliseconds = 4000;

/**
 * Calls peers by role: address, time-out and attempts come from configuration, the address through the shop's DNS.
 * Answers below 500 come back; others, and no answer at all, throw UpstreamError after the last attempt. Repeats happen
 * at once, without a pause: the shop was written that way, and retry storms live on it.
 */
export function createHttpClient(settings: InstanceSettings, telemetry: Telemetry, resolve: Resolve): CallPeer {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const tlsAgent = new TlsAgent({
    keepAlive: true,
    maxSockets: 16,
    ca: settings.caPem,
    rejectUnauthorized: false,
    maxCachedSessions: 0,
  });
  const duration = telemetry.meter.createHistogram("http.client.request.duration", {
    unit: "s",
    description: "Duration of HTTP client requests",
    advice: { explicitBucketBoundaries: durationBounds },
  });
  const notAfter = new Map<string, number>(); // host -> seconds since 1970
  telemetry.meter
    .createObservableGauge("tls.certificate.not_after", {
      unit: "s",
      description: "When the certificate that a server showed expires, seconds since 1970",
    })
    .addCallback((result) => {
      for (const [host, seconds] of notAfter) result.observe(seconds, { "server.address": host });
    });

  async function attempt(to: PeerRole, call: Call, resendCount: number): Promise<Reply> {
    const key = addressKey(settings.estate, to);
    const url = new URL(call.path, settings.configuration[key] ?? `http://unset-${key.toLowerCase()}`);
    const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
    const known = { "http.request.method": call.method, "server.address": url.hostname, "server.port": port };
    const span = telemetry.tracer.startSpan(call.method, {
      kind: SpanKind.CLIENT,
      attributes: {
        ...known,
        "url.full": url.href,
        ...(resendCount > 0 ? { "http.request.resend_count": resendCount } : {}),
      },
    });
    const startedAt = performance.now();
    const done = (extra: Record<string, string | number>) => {
      span.setAttributes(extra);
      span.end();
      duration.record((performance.now() - startedAt) / 1000, { ...known, ...extra });
    };
    try {
      const timeout = numberSetting(
        settings.configuration,
        timeoutKey(settings.estate, to),
        defaultTimeoutMilliseconds,
      );
      const reply = await context.with(trace.setSpan(context.active(), span), () => exchange(url, port, call, timeout));
      if (reply.status >= 400) span.setStatus({ code: SpanStatusCode.ERROR });
      done({
        "http.response.status_code": reply.status,
        ...(reply.status >= 400 ? { "error.type": String(reply.status) } : {}),
      });
      if (reply.status >= 500)
        throw new UpstreamError(
          url.hostname,
          `${url.hostname} answered ${reply.status} to ${call.method} ${call.path.split("?")[0]}`,
          String(reply.status),
          reply.status,
        );
      return reply;
    } catch (error) {
      if (error instanceof UpstreamError && error.status !== undefined) throw error;
      throw endInError(span, error, url.hostname, (type) => done({ "error.type": type }));
    }
  }

  async function exchange(url: URL, port: number, call: Call, timeoutMilliseconds: number): Promise<Reply> {
    const isTls = url.protocol === "https:";
    const deadline = performance.now() + timeoutMilliseconds;
    const address = await withDeadline(resolve(url.hostname), timeoutMilliseconds, url.hostname);
    const headers: Record<string, string> = { host: `${url.hostname}:${port}`, accept: "application/json" };
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    if (body !== undefined) headers["content-type"] = "application/json";
    propagation.inject(context.active(), headers);

    const send = (mayRepeat: boolean): Promise<Reply> =>
      new Promise((resolvePromise, reject) => {
        const options = {
          host: address,
          port,
          method: call.method,
          path: url.pathname + url.search,
          headers,
          agent: isTls ? tlsAgent : agent,
          servername: url.hostname,
        };
        const request = (isTls ? httpsRequest : httpRequest)(options, (response) => {
          readReply(response).then(
            (reply) => settle(() => resolvePromise(reply)),
            (error) => settle(() => reject(error)),
          );
        });
        const timer = setTimeout(
          () =>
            request.destroy(
              new UpstreamError(
                url.hostname,
                `${url.hostname} did not answer within ${timeoutMilliseconds} ms`,
                "timeout",
              ),
            ),
          Math.max(1, deadline - performance.now()),
        );
        const settle = (then: () => void) => {
          clearTimeout(timer);
          then();
        };
        if (isTls) request.on("socket", (socket) => checkCertificate(socket as TLSSocket, url.hostname, notAfter));
        request.on("error", (error: NodeJS.ErrnoException) =>
          settle(() => {
            // An idle connection that the other side closed while we took it up says nothing about the other side.
            if (mayRepeat && request.reusedSocket && error.code === "ECONNRESET")
              send(false).then(resolvePromise, reject);
            else reject(error);
          }),
        );
        request.end(body);
      });
    return send(true);
  }

  return async (to, call) => {
    const attempts = numberSetting(
      settings.configuration,
      addressKey(settings.estate, to).replace(/_URL$/, "_ATTEMPTS"),
      1,
    );
    for (let count = 0; ; count += 1) {
      try {
        return await attempt(to, call, count);
      } catch (error) {
        if (count + 1 >= attempts) throw error;
        telemetry.log.warn(`attempt ${count + 1} of ${attempts} failed, trying again: ${(error as Error).message}`, {
          "http.request.resend_count": count + 1,
        });
      }
    }
  };
}

function endInError(span: Span, error: unknown, host: string, done: (type: string) => void): UpstreamError {
  const type = error instanceof UpstreamError ? error.code : ((error as NodeJS.ErrnoException).code ?? "Error");
  const text = error instanceof Error ? error.message : String(error);
  const upstream =
    error instanceof UpstreamError ? error : new UpstreamError(host, `request to ${host} failed: ${text}`, type);
  span.recordException(upstream);
  span.setStatus({ code: SpanStatusCode.ERROR, message: upstream.message });
  done(type);
  return upstream;
}

/** Verified by hand after the handshake, so that the expiry date of a refused certificate is known too. */
function checkCertificate(socket: TLSSocket, host: string, notAfter: Map<string, number>): void {
  const verify = () => {
    const certificate = socket.getPeerCertificate();
    if (certificate?.valid_to) notAfter.set(host, Date.parse(certificate.valid_to) / 1000);
    if (socket.authorized) return;
    const code = String(socket.authorizationError);
    const reason =
      code === "CERT_HAS_EXPIRED" ? `certificate has expired (valid until ${certificate?.valid_to})` : code;
    socket.destroy(new UpstreamError(host, `TLS handshake with ${host} failed: ${reason}`, code));
  };
  if (socket.connecting || !socket.getProtocol()) socket.once("secureConnect", verify);
}

async function withDeadline<T>(promise: Promise<T>, milliseconds: number, host: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new UpstreamError(host, `looking up ${host} took longer than ${milliseconds} ms`, "timeout")),
      milliseconds,
    );
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

async function readReply(response: IncomingMessage): Promise<Reply> {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString("utf8");
  return {
    status: response.statusCode ?? 0,
    body: text.startsWith("{") ? (JSON.parse(text) as Record<string, unknown>) : { text },
  };
}
