import { z } from "zod";
import type { Receipt } from "../../app/midwatch.ts";
import { personOf } from "../guard.ts";
import type { Routes, Running } from "../server-types.ts";

const anything = z.unknown();

/** Ways in for senders. Answered when what was sent is on disk, and not before. */
export function addIntakeRoutes(routes: Routes, running: Running): void {
  routes.post(
    "/api/v1/intake/alertmanager",
    { config: { access: "sender" }, schema: { body: anything } },
    async (request, reply) =>
      reply.code(202).send(await running().intake.alertmanager(request.sender ?? "unknown", request.body)),
  );

  routes.post(
    "/api/v1/intake/context",
    { config: { access: "sender" }, schema: { body: anything } },
    async (request, reply) => reply.code(202).send(await running().intake.context(request.body)),
  );

  routes.post(
    "/api/v1/intake/webhook/:name",
    {
      config: { access: "sender" },
      schema: { params: z.object({ name: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/i) }), body: anything },
    },
    async (request, reply) => reply.code(202).send(await running().intake.webhook(request.params.name, request.body)),
  );

  routes.post("/api/v1/changes", { config: { access: "sender" }, schema: { body: anything } }, async (request, reply) =>
    reply.code(202).send(await running().intake.changes(request.sender ?? "unknown", request.body)),
  );

  routes.post(
    "/api/v1/look",
    { schema: { body: z.object({ entity: z.string(), since: z.iso.datetime() }) } },
    async (request, reply): Promise<Receipt> =>
      reply.code(202).send(
        await running().intake.look({
          entity: request.body.entity,
          since: Date.parse(request.body.since),
          person: personOf(request),
        }),
      ),
  );
}
