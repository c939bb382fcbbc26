import { z } from "zod";
import { midwatchError } from "../../core/errors.ts";
import { timestamp, timestampOrNull } from "../build/references.ts";
import { buildSettings } from "../build/settings.ts";
import { buildTrust } from "../build/trust.ts";
import { personOf } from "../guard.ts";
import type { Routes, Running } from "../server-types.ts";
import type { AuditVerifyView, ConnectionView, SettingsView, StopView, TrustView } from "../views.ts";

const monthMilliseconds = 30 * 86_400_000;

export function addTrustRoutes(routes: Routes, running: Running): void {
  let lastVerified: AuditVerifyView | null = null;

  routes.get("/api/v1/trust", async (): Promise<TrustView> => {
    const { trust, now, config } = running();
    const since = now() - monthMilliseconds;
    const [outcomes, stop, audit] = await Promise.all([trust.outcomes(since), trust.stop(), trust.audit(50)]);
    return buildTrust({
      outcomes,
      stop,
      audit,
      lastVerified,
      environments: Object.entries(config.policy.environments).map(([name, { writes }]) => ({ name, writes })),
      since,
    });
  });

  routes.post("/api/v1/audit/verify", async (): Promise<AuditVerifyView> => {
    const { trust, now } = running();
    lastVerified = { ...(await trust.verifyAudit()), at: timestamp(now()) };
    return lastVerified;
  });

  routes.post(
    "/api/v1/stop-all",
    { schema: { body: z.object({ stop: z.boolean() }) } },
    async (request): Promise<StopView> => {
      const { trust } = running();
      await trust.setStop(request.body.stop, personOf(request));
      const stop = await trust.stop();
      return { ...stop, since: timestampOrNull(stop.since) };
    },
  );

  routes.get("/api/v1/settings", async (): Promise<SettingsView> => {
    const midwatch = running();
    const connections = await Promise.all(midwatch.connections.list().map(({ name }) => test(name)));
    return buildSettings(midwatch, connections);
  });

  const test = async (name: string): Promise<ConnectionView> => {
    const { connections, now } = running();
    return { ...(await connections.check(name)), testedAt: timestamp(now()) };
  };

  routes.post(
    "/api/v1/connections/:name/test",
    { schema: { params: z.object({ name: z.string() }) } },
    async (request) => {
      const { name } = request.params;
      if (
        !running()
          .connections.list()
          .some((connection) => connection.name === name)
      )
        throw midwatchError("MW_NOT_FOUND", { what: `connection ${name}` });
      return test(name);
    },
  );
}
