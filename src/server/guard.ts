import { timingSafeEqual } from "node:crypto";
import { parseCookie } from "cookie";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Person } from "../app/midwatch.ts";
import { midwatchError } from "../core/errors.ts";
import type { ServerSettings } from "./server-types.ts";
import { requestHeader } from "./views.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Set on every guarded route. */
    person?: Person;
    /** Name of the sender whose token came with an intake request. */
    sender?: string;
  }
  interface FastifyContextConfig {
    /** `open`: anybody. `sender`: a sender's token. Otherwise a session or the command line's token. */
    access?: "open" | "sender";
  }
}

export const sessionCookie = "midwatch_session";

/** Every route of the API needs a session, the command line's token, or, for intake, a sender's token. */
export function guardRequests(server: FastifyInstance, settings: ServerSettings): void {
  server.addHook("onRequest", async (request) => {
    const { access } = request.routeOptions.config;
    if (access === "open" || !request.url.startsWith("/api/")) return;
    const midwatch = settings.midwatch();
    if (!midwatch) throw midwatchError("MW_BUSY", { what: "midwatch still starts; it" });
    const token = bearerOf(request);
    if (token !== null && isSame(token, settings.operatorToken)) {
      request.person = { name: "operator", role: "admin" };
      request.sender = "operator";
      return;
    }
    if (access === "sender") {
      const sender = midwatch.config.intake.senders.find((one) => token !== null && isSame(token, one.token));
      if (!sender) throw midwatchError("MW_UNAUTHORIZED");
      request.sender = sender.name;
      return;
    }
    const session = parseCookie(request.headers.cookie ?? "")[sessionCookie];
    const person = session === undefined ? null : await midwatch.sessions.findPerson(session);
    if (!person) throw midwatchError("MW_UNAUTHORIZED");
    if (request.method !== "GET") guardWrite(request, person);
    request.person = person;
  });
}

/** A foreign page can make a browser send the cookie, but not this header. Viewers look. */
function guardWrite(request: FastifyRequest, person: Person): void {
  if (request.headers[requestHeader] === undefined)
    throw midwatchError("MW_FORBIDDEN", { who: "another site", what: "write" });
  if (person.role === "viewer") throw midwatchError("MW_FORBIDDEN", { who: person.name, what: "change anything" });
}

export function personOf(request: FastifyRequest): Person {
  if (!request.person) throw midwatchError("MW_UNAUTHORIZED");
  return request.person;
}

function bearerOf(request: FastifyRequest): string | null {
  return /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? null;
}

function isSame(given: string, wanted: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(wanted)];
  return left.length === right.length && timingSafeEqual(left, right);
}
