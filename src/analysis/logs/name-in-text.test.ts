import { describe, expect, it } from "vitest";
import { plainCall, plainEntity, plainScope } from "../../core/samples.testing.ts";
import { addressesIn, entitiesNamedIn } from "./name-in-text.ts";

const entity = (name: string, attributes: Record<string, string> = {}) => plainEntity(name, { attributes });
const shop = entity("shop");
const entities = [
  shop,
  entity("stock", { "server.address": "10.0.0.7:8080" }),
  entity("orders"),
  entity("db", { "server.address": "127.0.0.1", "server.port": "5433" }),
];
const scope = plainScope({ entities, edges: [plainCall("shop", "stock"), plainCall("shop", "db")] });
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
