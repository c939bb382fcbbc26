import { readFileSync } from "node:fs";
import path from "node:path";
import fastifyStatic from "@fastify/static";
import fastifySwagger from "@fastify/swagger";
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from "fastify";
import {
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from "fastify-type-provider-zod";
import { type ErrorCode, isMidwatchError, midwatchError } from "../core/errors.ts";
import { rememberMethods } from "./allowed-methods.ts";
import { guardRequests } from "./guard.ts";
import { addAlertRoutes } from "./routes/alerts.ts";
import { addEstateRoutes } from "./routes/estate.ts";
import { addIncidentRoutes } from "./routes/incidents.ts";
import { addIntakeRoutes } from "./routes/intake.ts";
import { addOperationRoutes } from "./routes/operations.ts";
import { addSessionRoutes } from "./routes/session.ts";
import { addStreamRoute } from "./routes/stream.ts";
import { addTrustRoutes } from "./routes/trust.ts";
import type { ServerSettings } from "./server-types.ts";
import type { ErrorView } from "./views.ts";

export type Server = FastifyInstance;

/** Alerts of a storm come in groups of thousands; more than this is not a payload but an accident. */
const bodyLimitBytes = 8 * 2 ** 20;

/** The HTTP server with all routes, not yet listening. */
export async function createServer(settings: ServerSettings): Promise<Server> {
  const server = fastify({
    bodyLimit: bodyLimitBytes,
    forceCloseConnections: true,
    requestTimeout: 60_000,
    routerOptions: { ignoreTrailingSlash: true },
    frameworkErrors: (error, _request, reply) => void sendError(reply, error),
  });
  const methodsOf = rememberMethods(server);
  server.setValidatorCompiler(validatorCompiler);
  server.setSerializerCompiler(serializerCompiler);
  server.setErrorHandler((error: FastifyError, _request, reply) => sendError(reply, error));
  server.setNotFoundHandler((request, reply) => {
    const path = request.url.split("?", 1)[0] ?? "";
    const methods = methodsOf(path);
    if (methods.length > 0 && !methods.includes(request.method)) {
      const allowed = methods.join(", ");
      reply.header("allow", allowed);
      return sendError(reply, midwatchError("MW_METHOD_NOT_ALLOWED", { method: request.method, path, allowed }));
    }
    // Whoever sends something to a wrong address must not take the page for "taken".
    const isLook = request.method === "GET" || request.method === "HEAD";
    if (settings.serves === "intake" || !isLook || noPage.test(path))
      return sendError(reply, midwatchError("MW_NO_SUCH_ADDRESS", { path }));
    return sendPage(reply, settings.pageDirectory);
  });
  server.addHook("onSend", async (_request, reply) => {
    reply.header("x-content-type-options", "nosniff");
    reply.header("referrer-policy", "no-referrer");
    reply.header("x-frame-options", "DENY");
    reply.header(
      "content-security-policy",
      "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    );
  });
  await server.register(fastifySwagger, {
    openapi: { openapi: "3.1.0", info: { title: "midwatch", version: "1" } },
    transform: jsonSchemaTransform,
  });
  await server.register(fastifyStatic, {
    root: settings.pageDirectory,
    wildcard: false,
    index: false,
    cacheControl: true,
    maxAge: "1h",
  });
  guardRequests(server, settings);
  const routes = server.withTypeProvider<ZodTypeProvider>();
  const running = () => {
    const midwatch = settings.midwatch();
    if (!midwatch) throw midwatchError("MW_BUSY", { what: "midwatch still starts; it" });
    return midwatch;
  };
  addOperationRoutes(routes, settings.midwatch);
  addIntakeRoutes(routes, running);
  if (settings.serves === "intake") return server;
  addSessionRoutes(routes, running);
  addIncidentRoutes(routes, running);
  addAlertRoutes(routes, running);
  addEstateRoutes(routes, running);
  addTrustRoutes(routes, running);
  addStreamRoute(routes, running);
  return server;
}

/** Addresses of programs, and files; everything else is a place on the page. */
const noPage = /^\/(api|v1)(\/|$)|^\/[^/]+\.\w+$/;

function sendPage(reply: FastifyReply, directory: string): FastifyReply {
  try {
    return reply
      .type("text/html")
      .header("cache-control", "no-cache")
      .send(readFileSync(path.join(directory, "index.html"), "utf8"));
  } catch {
    return reply.code(404).type("text/plain").send("The page is not built. `npm run build` builds it.");
  }
}

const statusOf: Partial<Record<ErrorCode, number>> = {
  MW_PAYLOAD_INVALID: 400,
  MW_REQUEST_INVALID: 400,
  MW_USAGE: 400,
  MW_UNAUTHORIZED: 401,
  MW_FORBIDDEN: 403,
  MW_NOT_FOUND: 404,
  MW_NO_SUCH_ADDRESS: 404,
  MW_METHOD_NOT_ALLOWED: 405,
  MW_NO_DRILLS: 404,
  MW_PLAN_CHANGED: 409,
  MW_PLAN_EXPIRED: 409,
  MW_INCIDENT_CLOSED: 409,
  MW_WRITES_STOPPED: 409,
  MW_PAYLOAD_TOO_LARGE: 413,
  MW_INTEGRATION_UNREACHABLE: 502,
  MW_INTEGRATION_UNAUTHORIZED: 502,
  MW_BUSY: 503,
  MW_STORE_UNREACHABLE: 503,
  MW_DISK_FULL: 507,
};

function sendError(reply: FastifyReply, thrown: FastifyError | Error): FastifyReply {
  const error = isMidwatchError(thrown) ? thrown : translated(thrown);
  const status = statusOf[error.code] ?? 500;
  if (status === 503) reply.header("retry-after", "2");
  if (status === 500) process.stderr.write(`${thrown.stack ?? thrown.message}\n`);
  const place = typeof error.details["where"] === "string" ? { place: error.details["where"] } : {};
  const body: ErrorView = { error: { code: error.code, message: error.message, wayOut: error.wayOut, ...place } };
  return reply.code(status).send(body);
}

/** Fastify's own refusals in our words. */
function translated(thrown: FastifyError | Error): ReturnType<typeof midwatchError> {
  if ("validation" in thrown && Array.isArray(thrown.validation)) {
    const [first] = thrown.validation as { instancePath?: string; message?: string }[];
    const where = (first?.instancePath ?? "").replace(/^\//, "").replaceAll("/", ".") || "request";
    return midwatchError("MW_REQUEST_INVALID", { where, problem: first?.message ?? thrown.message });
  }
  const code = "code" in thrown ? String(thrown.code) : "";
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE")
    return midwatchError("MW_PAYLOAD_TOO_LARGE", { size: "too many", limit: bodyLimitBytes });
  if ("statusCode" in thrown && typeof thrown.statusCode === "number" && thrown.statusCode < 500) {
    return midwatchError("MW_REQUEST_INVALID", { where: "request", problem: thrown.message });
  }
  return midwatchError("MW_INTERNAL", { problem: thrown.message }, thrown);
}
