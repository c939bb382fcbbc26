import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Connection, DiscoveredEdge, DiscoveredEntity } from "../core/capability.ts";
import type { EntityKind } from "../core/entity.ts";
import { openTestDatabase, type TestDatabase } from "../store/testing.ts";
import { openEntityRegister } from "./entity-register.ts";

const now = 1_700_000_000_000;

function source(
  name: string,
  entities: [EntityKind, string, Record<string, string>][],
  edges: DiscoveredEdge[] = [],
): Connection {
  const discovered: DiscoveredEntity[] = entities.map(([kind, entity, attributes]) => ({
    claim: { source: name, name: { kind, scope: name, namespace: "", name: entity }, attributes, claimedAt: now },
    environment: null,
    business: null,
  }));
  return {
    name,
    kind: "test",
    destinations: [],
    check: () => Promise.reject(new Error("not asked")),
    discovery: {
      discover: async () => ({ status: "data", body: discovered, gaps: [] }),
      discoverEdges: async () => ({ status: "data", body: edges, gaps: [] }),
    },
  };
}

describe("what midwatch knows of the estate", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.drop());

  const window = { from: now - 60_000, to: now };
  const spans = source(
    "spans",
    [
      ["service", "cart", { "service.name": "cart" }],
      ["external", "store:5432", { "server.address": "store", "server.port": "5432" }],
    ],
    [
      {
        from: { "service.name": "cart" },
        to: { "server.address": "store", "server.port": "5432" },
        type: "calls",
        isAsynchronous: false,
        lastSeenAt: now,
      },
    ],
  );
  const platform = source("platform", [
    ["service", "cart", { "service.name": "cart" }],
    ["database", "cart-db", { "server.address": "store", "server.port": "5432" }],
  ]);

  test("spans and platform make one graph of two things, and a restart finds it again", async () => {
    const register = await openEntityRegister(database);
    await register.discover([spans, platform], window, now);
    const check = (known: typeof register) => {
      expect(
        known
          .entities()
          .map(({ kind }) => kind)
          .sort(),
      ).toEqual(["database", "service"]);
      const cart = known.findByName("cart");
      const store = known.findByName("cart-db");
      expect(known.findByName("store:5432")).toBe(store);
      expect(known.edges().map(({ from, to }) => [from, to])).toEqual([[cart, store]]);
    };
    check(register);
    check(await openEntityRegister(database));
  });

  test("what was split over two names is one again when a source tells so, and the old id still resolves", async () => {
    const register = await openEntityRegister(database);
    await register.discover(
      [
        source("a", [
          ["service", "web", { "service.name": "web" }],
          ["external", "10.1.1.1:80", { "server.address": "10.1.1.1:80" }],
        ]),
      ],
      window,
      now,
    );
    const [byName, byAddress] = [register.findByName("web"), register.findByName("10.1.1.1:80")];
    expect(byName).not.toBe(byAddress);
    await register.discover(
      [source("b", [["service", "web", { "service.name": "web", "server.address": "10.1.1.1:80" }]])],
      window,
      now,
    );
    const kept = register.findByName("web");
    expect(register.findByName("10.1.1.1:80")).toBe(kept);
    expect(register.find([byName ?? "", byAddress ?? ""]).map(({ id }) => id)).toEqual([kept]);
  });

  test("the name server of an environment is near everything in it, though no trace leads there", async () => {
    const register = await openEntityRegister(database);
    await register.discover([source("names", [["dns", "resolver", { "server.address": "resolver" }]])], window, now);
    const cart = register.findByName("cart") ?? "";
    const { entities, edges } = register.neighbourhood([cart], 0);
    expect(entities.map(({ name }) => name)).toEqual(expect.arrayContaining(["cart", "resolver"]));
    expect(edges).toEqual([]);
  });

  test("a source that fails changes nothing", async () => {
    const register = await openEntityRegister(database);
    const before = register.entities().length;
    const broken = source("spans", []);
    await register.discover(
      [{ ...broken, discovery: { discover: () => Promise.reject(new Error("away")) } }],
      window,
      now,
    );
    expect(register.entities()).toHaveLength(before);
  });
});
