import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { context, propagation, type Span, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { statusOf } from "./http-error.ts";
import { listen } from "./listen.ts";
import type { Features } from "./release-features.ts";
import { durationBounds, type Telemetry } from "./telemetry.ts";

export type Incoming = {
  params: Record<string, string>;
  query: URLSearchParams;
  body: Record<string, unknown>;
  headers: IncomingMessage["headers"];
};
export type Answer = { status?: number; body: unknown };
export type Route = {
  method: "GET" | "POST" | "PUT" | "DELETE";
  path: string;
  handle(request: Incoming): Promise<Answer>;
};
type ListeningServer = { port: number; server: Server };

const maxBodyBytes = 256 * 1024;

/** Serves routes (`/products/:id`) on a loopback port of the system's choice, with server spans, durations and one log line per failure. */
export async function serveRoutes(routes: Route[], telemetry: Telemetry, features: Features): Promise<ListeningServer> {
  const compiled = routes.map((route) => ({ route, pattern: patternOf(route.path) }));
  const duration = telemetry.meter.createHistogram("http.server.request.duration", {
    unit: "s",
    description: "Duration of HTTP server requests",
    advice: { explicitBucketBoundaries: durationBounds },
  });
  const active = telemetry.meter.createUpDownCounter("http.server.active_requests", {
    unit: "{request}",
    description: "HTTP requests being served",
  });

  const server = createServer((request, response) => {
    const startedAt = performance.now();
    const method = request.method ?? "GET";
    const url = new URL(request.url ?? "/", "http://localhost");
    const found = compiled.find(({ route, pattern }) => route.method === method && pattern.test(url.pathname));
    const path = found?.route.path;
    const parent = propagation.extract(context.active(), request.headers);
    const span = telemetry.tracer.startSpan(
      path ? `${method} ${path}` : method,
      {
        kind: SpanKind.SERVER,
        attributes: {
          "http.request.method": method,
          "url.path": url.pathname,
          "url.scheme": "http",
          "server.address": (request.headers.host ?? "").split(":")[0] ?? "",
          ...(path ? { "http.route": path } : {}),
          ...(request.headers["user-agent"] ? { "user_agent.original": request.headers["user-agent"] } : {}),
        },
      },
      parent,
    );
    active.add(1, { "http.request.method": method });
    const finish = (answer: Answer, errorType?: string) => {
      const status = answer.status ?? 200;
      const text = JSON.stringify(answer.body);
      response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
      response.end(text);
      active.add(-1, { "http.request.method": method });
      span.setAttribute("http.response.status_code", status);
      if (status >= 500) {
        span.setAttribute("error.type", errorType ?? String(status));
        span.setStatus({ code: SpanStatusCode.ERROR });
      }
      span.end();
      duration.record((performance.now() - startedAt) / 1000, {
        "http.request.method": method,
        "http.response.status_code": status,
        "url.scheme": "http",
        ...(path ? { "http.route": path } : {}),
        ...(status >= 500 ? { "error.type": errorType ?? String(status) } : {}),
      });
    };
    context.with(trace.setSpan(parent, span), () => {
      if (!found) {
        telemetry.log.warn(`no route for ${method} ${url.pathname}`, { "http.response.status_code": 404 });
        return finish({ status: 404, body: { error: "no such route" } });
      }
      answerRequest(found.route, found.pattern, request, url, features).then(finish, (error) =>
        fail(error, span, telemetry, `${method} ${path}`, finish),
      );
    });
  });
  server.keepAliveTimeout = 5000;
  server.maxRequestsPerSocket = 200; // so that connections spread when an instance is added
  const port = await listen(server);
  return { port, server };
}

async function answerRequest(
  route: Route,
  pattern: RegExp,
  request: IncomingMessage,
  url: URL,
  features: Features,
): Promise<Answer> {
  const params = pattern.exec(url.pathname)?.groups ?? {};
  const body = request.method === "GET" ? {} : await readBody(request);
  features.onRequest();
  return route.handle({ params: { ...params }, query: url.searchParams, body, headers: request.headers });
}

function fail(
  error: unknown,
  span: Span,
  telemetry: Telemetry,
  what: string,
  finish: (answer: Answer, type?: string) => void,
): void {
  const { status, type } = statusOf(error);
  const message = error instanceof Error ? error.message : String(error);
  if (status >= 500) {
    if (error instanceof Error) span.recordException(error);
    telemetry.log.error(`${what} failed: ${message}`, {
      "http.response.status_code": status,
      "exception.type": error instanceof Error ? error.name : "Error",
      "exception.message": message,
      ...(error instanceof Error && status === 500 ? { "exception.stacktrace": error.stack ?? "" } : {}),
    });
  }
  finish({ status, body: { error: message } }, type);
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) throw new Error("body too large");
    chunks.push(chunk);
  }
  return size === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString("utf8")) as Record<string, unknown>);
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/:([a-zA-Z]+)/g, "(?<$1>[^/]+)")}$`);
}

/** `/metrics` and `/healthz` of a process, apart from its traffic. */
export async function serveAdmin(telemetry: Telemetry): Promise<number> {
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    if (request.url === "/healthz") return void response.end("ok\n");
    if (request.url !== "/metrics") return void response.writeHead(404).end();
    telemetry.scrape().then(
      (text) => response.setHeader("content-type", "text/plain; version=0.0.4; charset=utf-8").end(text),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  return listen(server);
}
