import { describe, expect, it } from "vitest";
import type { Entity } from "../core/entity.ts";
import type { IncomingItem } from "../core/item.ts";
import type { Observation } from "../core/observation.ts";
import { plainEntity, plainItem, plainObservation } from "../core/samples.testing.ts";
import { isSameEnvironment, serversOf, whoServes } from "./find-servers.ts";

const entity = (id: string, environment = "lab", kind: Entity["kind"] = "service"): Entity =>
  plainEntity(id, { kind, environment });
const item = (operation: string | null, environment: string | null = null): IncomingItem =>
  plainItem({ told: { subject: operation, operation, environment, statusCodes: [], since: null } });
const window = { from: 0, to: 3_600_000 };
const seen = (routes: [entityId: string, operation: string, rate: number][]): Observation =>
  plainObservation(
    {
      kind: "series",
      concept: "request.rate",
      entities: [],
      statistic: "rate",
      keep: ["operation"],
      stepSeconds: 60,
      window,
    },
    {
      kind: "series",
      series: routes.map(([entityId, operation, rate]) => ({
        entityId,
        dimensions: { operation },
        startAt: 0,
        stepSeconds: 60,
        values: [rate, null, rate],
      })),
      gaps: [],
    },
  );
const estate = [entity("gateway"), entity("orders"), entity("database", "lab", "database")];
const found = (operation: string, routes: Parameters<typeof seen>[0], environment: string | null = null) =>
  serversOf([item(operation, environment)], [...estate, entity("staging-gateway", "staging")], seen(routes))[0]
    ?.entityIds ?? [];

describe("who answers a route that words name", () => {
  it("is asked of what serves requests, once for all", () => {
    expect(whoServes([item("/api/v2/orders")], estate, window)).toMatchObject({
      concept: "request.rate",
      entities: ["gateway", "orders"],
      keep: ["operation"],
    });
  });

  it("is not asked where no route is named, or nothing is known", () => {
    expect(whoServes([item(null)], estate, window)).toBeNull();
    expect(whoServes([item("/orders")], [], window)).toBeNull();
  });

  it("is the one that answers just this, not one that is only called like a word of it", () => {
    const routes: Parameters<typeof seen>[0] = [
      ["orders", "GET /orders", 9],
      ["gateway", "POST /api/v2/orders", 1],
    ];
    expect(found("/api/v2/orders", routes)).toEqual(["gateway"]);
    expect(found("/api/v2/orders", [["orders", "GET /orders", 9]])).toEqual(["orders"]);
    expect(found("/api/v2/users", routes)).toEqual([]);
  });

  it("is in the environment that was told, where one of them is", () => {
    const routes: Parameters<typeof seen>[0] = [
      ["gateway", "POST /api/v2/orders", 9],
      ["staging-gateway", "POST /api/v2/orders", 1],
    ];
    expect(found("/api/v2/orders", routes, "staging")).toEqual(["staging-gateway"]);
    expect(found("/api/v2/orders", routes, "elsewhere")).toEqual(["gateway", "staging-gateway"]);
  });

  it("whatever the order in which sources answer", () => {
    const routes: Parameters<typeof seen>[0] = [
      ["gateway", "GET /a", 2],
      ["orders", "GET /a", 2],
    ];
    expect(found("/a", routes)).toEqual(found("/a", routes.toReversed()));
  });

  it("knows prod and production for one", () => {
    expect(isSameEnvironment("prod", "production")).toBe(true);
    expect(isSameEnvironment("prod", "staging")).toBe(false);
    expect(isSameEnvironment("", "")).toBe(false);
  });
});
