import { z } from "zod";
import type { Receipt } from "../../app/midwatch.ts";
import { personOf } from "../guard.ts";
import { payloadOf, takeAnyText } from "../read-payload.ts";
import type { Routes, Running } from "../server-types.ts";

const config = { access: "sender" } as const;

/** Ways in for senders. Answered when what was sent is on disk, and not before. */
export function addIntakeRoutes(routes: Routes, running: Running): void {
  routes.register(async (scope: Routes) => {
    takeAnyText(scope);

    scope.post("/api/v1/intake/alertmanager", { config }, async (request, reply) => {
      const sender = request.sender ?? "unknown";
      const payload = await payloadOf(request, `alertmanager/${sender}`, running);
      return reply.code(202).send(await running().intake.alertmanager(sender, payload));
    });

    scope.post("/api/v1/intake/context", { config }, async (request, reply) => {
      const payload = await payloadOf(request, "context", running);
      return reply.code(202).send(await running().intake.context(payload));
    });

    scope.post(
      "/api/v1/intake/webhook/:name",
      { config, schema: { params: z.object({ name: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/i) }) } },
      async (request, reply) => {
        const { name } = request.params;
        const payload = await payloadOf(request, `webhook/${name}`, running);
        return reply.code(202).send(await running().intake.webhook(name, payload));
      },
    );

    scope.post("/api/v1/changes", { config }, async (request, reply) => {
      const sender = request.sender ?? "unknown";
      const payload = await payloadOf(request, `changes/${sender}`, running);
      return reply.code(202).send(await running().intake.changes(sender, payload));
    });
  });

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
