import { stringifySetCookie } from "cookie";
import { z } from "zod";
import { midwatchError } from "../../core/errors.ts";
import { timestamp, timestampOrNull } from "../build/references.ts";
import { personOf, sessionCookie } from "../guard.ts";
import type { Routes, Running } from "../server-types.ts";
import type { SessionView } from "../views.ts";

const sessionSeconds = 12 * 3600;

export function addSessionRoutes(routes: Routes, running: Running): void {
  // The link from the terminal. It works once, so that a copied address is worth nothing.
  routes.get(
    "/sign-in",
    { config: { access: "open" }, schema: { querystring: z.object({ token: z.string().optional() }) } },
    async (request, reply) => {
      const session = request.query.token ? await running().sessions.signIn(request.query.token) : null;
      if (session === null) return reply.redirect("/signed-out?reason=link");
      const isHttps = running().config.server.publicUrl?.startsWith("https:") ?? false;
      const cookie = stringifySetCookie({
        name: sessionCookie,
        value: session,
        httpOnly: true,
        sameSite: "lax",
        secure: isHttps,
        path: "/",
        maxAge: sessionSeconds,
      });
      return reply.header("set-cookie", cookie).redirect("/");
    },
  );

  routes.post("/api/v1/sign-in-links", async (request) => {
    const person = personOf(request);
    if (person.role !== "admin") throw midwatchError("MW_FORBIDDEN", { who: person.name, what: "make sign-in links" });
    return { token: await running().sessions.createSignInToken("operator") };
  });

  routes.get("/api/v1/session", async (request): Promise<SessionView> => {
    const midwatch = running();
    const stop = await midwatch.trust.stop();
    return {
      now: timestamp(midwatch.now()),
      person: personOf(request),
      stop: { ...stop, since: timestampOrNull(stop.since) },
      writesSentence: stop.isStopped ? "All writes are stopped." : writesSentence(midwatch.config.policy.environments),
      watchSentence: null,
      version: midwatch.version,
      model: null,
      lastDataAt: timestampOrNull(midwatch.estate.health().lastDataAt),
    };
  });
}

function writesSentence(environments: Record<string, { writes: string }>): string {
  const writable = Object.keys(environments).filter((name) => environments[name]?.writes !== "never");
  return writable.length === 0
    ? "Read-only: nothing can be changed."
    : `Writes are on in ${writable.join(", ")}, each with approval.`;
}
