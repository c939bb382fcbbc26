import { describe, expect, it } from "vitest";
import type { Edge, Entity } from "../../core/entity.ts";
import type { Scope } from "../../core/scope.ts";
import { addressesIn, entitiesNamedIn } from "./name-in-text.ts";

const entity = (name: string, attributes: Record<string, string> = {}): Entity => ({
  id: name,
  kind: "service",
  name,
  environment: "production",
  attributes,
  business: null,
});
const shop = entity("shop");
const entities = [
  shop,
  entity("stock", { "server.address": "10.0.0.7:8080" }),
  entity("orders"),
  entity("db", { "server.address": "127.0.0.1", "server.port": "5433" }),
];
const edge = (to: string): Edge => ({
  from: "shop",
  to,
  type: "calls",
  sources: [],
  confidence: 1,
  validFrom: 0,
  lastSeenAt: 0,
  isAsynchronous: false,
});
const scope = { entities, edges: [edge("stock"), edge("db")] } as unknown as Scope;
const named = (text: string) => entitiesNamedIn(text, shop, scope).map(({ id }) => id);

describe("entities that a text names", () => {
  it.each([
    ["connect ECONNREFUSED 10.0.0.7:8080", ["stock"]],
    ["GET http://10.0.0.7:8080/items timed out", ["stock"]],
    ["dial tcp stock:8080: connection refused", ["stock"]],
    ["dial tcp stock.shop.svc.cluster.local:8080: connection refused", ["stock"]],
    ["connect ECONNREFUSED 127.0.0.1:5433", ["db"]],
    ["connect ECONNREFUSED 127.0.0.1:6000", []],
    ["call to stock failed", ["stock"]],
    ["failed to load orders", []],
    ["shop is slow", []],
  ])("%s → %j", (text, expected) => expect(named(text)).toEqual(expected));

  it("reads addresses out of text", () => {
    expect(addressesIn("postgres://user:secret@db.internal:5432/shop")).toContainEqual({
      host: "db.internal",
      port: "5432",
    });
    expect(addressesIn('could not connect to server: host "db", port 5432')).toContainEqual({
      host: "db",
      port: "5432",
    });
  });
});
