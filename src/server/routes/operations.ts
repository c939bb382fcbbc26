import type { Midwatch } from "../../app/midwatch.ts";
import type { Routes } from "../server-types.ts";

/** For load balancers, Prometheus and tools that read the API. */
export function addOperationRoutes(routes: Routes, midwatch: () => Midwatch | null): void {
  routes.get("/healthz", { config: { access: "open" } }, async () => ({ status: "alive" }));

  routes.get("/readyz", { config: { access: "open" } }, async (_request, reply) => {
    const readiness = (await midwatch()?.readiness()) ?? { isReady: false, parts: { midwatch: "starting" } };
    return reply.code(readiness.isReady ? 200 : 503).send(readiness);
  });

  routes.get("/metrics", { config: { access: "open" } }, async (_request, reply) => {
    const text = (await midwatch()?.metrics()) ?? "";
    return reply.type("text/plain; version=0.0.4; charset=utf-8").send(text);
  });

  routes.get("/api/openapi.json", { config: { access: "open" } }, async () => routes.swagger());
}
