import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DiscoveredEntity } from "../core/capability.ts";
import type { EntityKind } from "../core/entity.ts";
import { unifyClaims } from "./identity.ts";

function claim(
  source: string,
  kind: EntityKind,
  name: string,
  attributes: Record<string, string> = {},
  environment: string | null = null,
): DiscoveredEntity {
  return {
    claim: { source, name: { kind, scope: source, namespace: "", name }, attributes, claimedAt: 0 },
    environment,
    business: null,
  };
}

describe("several sources, one entity", () => {
  test("spans and platform that use one name mean one thing, and the platform knows the kind", () => {
    const { identities } = unifyClaims(
      [],
      [
        claim("telemetry", "service", "order-worker", { "service.name": "order-worker" }, "lab"),
        claim("platform", "worker", "order-worker", { "service.name": "order-worker" }, "lab"),
      ],
    );
    expect(identities).toHaveLength(1);
    expect(identities[0]?.entity.kind).toBe("worker");
  });

  test("a name and an address that a third source knows together become one", () => {
    const first = unifyClaims(
      [],
      [claim("spans", "external", "10.0.0.7", { "server.address": "10.0.0.7", "server.port": "5432" })],
    );
    const second = unifyClaims(first.identities, [
      claim("metrics", "service", "orders-db", { "service.name": "orders-db" }),
    ]);
    expect(second.identities).toHaveLength(2);
    const third = unifyClaims(second.identities, [
      claim("platform", "database", "orders-db", { "server.address": "10.0.0.7", "server.port": "5432" }),
    ]);
    expect(third.identities).toHaveLength(1);
    expect(third.merged).toHaveLength(1);
    expect(third.identities[0]?.entity.kind).toBe("database");
  });

  test("equal names in two environments are two things", () => {
    const { identities } = unifyClaims(
      [],
      [claim("a", "service", "cart", {}, "production"), claim("a", "service", "cart", {}, "staging")],
    );
    expect(identities).toHaveLength(2);
  });

  test("loopback addresses without a port join nothing", () => {
    const { identities } = unifyClaims(
      [],
      [
        claim("a", "external", "x", { "server.address": "127.0.0.1" }),
        claim("a", "external", "y", { "server.address": "127.0.0.1" }),
      ],
    );
    expect(identities).toHaveLength(2);
  });

  test("one cache behind a port for each caller is one cache, under the platform's name", () => {
    const { identities } = unifyClaims(
      [],
      [
        claim("spans", "cache", "memcached cart-cache.shop.internal:30828", {
          "server.address": "cart-cache.shop.internal",
          "server.port": "30828",
        }),
        claim("spans", "cache", "memcached cart-cache.shop.internal:30830", {
          "server.address": "cart-cache.shop.internal",
          "server.port": "30830",
        }),
        claim("platform", "cache", "cart-cache"),
      ],
    );
    expect(identities.map(({ entity }) => entity.name)).toEqual(["cart-cache"]);
  });

  test("an instance is not its service", () => {
    const { identities } = unifyClaims(
      [],
      [
        claim("a", "service", "cart", { "service.name": "cart" }),
        claim("a", "instance", "cart-7f3", { "service.name": "cart", "service.instance.id": "cart-7f3" }),
      ],
    );
    expect(identities.map(({ entity }) => entity.kind).sort()).toEqual(["instance", "service"]);
  });

  test("a database or a queue that bears the name of the service which uses it is not that service", () => {
    const spans = [
      claim("spans", "service", "orders", { "service.name": "orders" }),
      claim("spans", "database", "orders", {
        "db.system.name": "postgresql",
        "db.namespace": "orders",
        "server.address": "orders-db.shop.internal",
      }),
      claim("spans", "queue", "orders", { "messaging.system": "kafka", "messaging.destination.name": "orders" }),
    ];
    const kinds = (identities: { entity: { kind: EntityKind } }[]) =>
      identities.map(({ entity }) => entity.kind).sort();
    const first = unifyClaims([], spans);
    expect(kinds(first.identities)).toEqual(["database", "queue", "service"]);
    const { identities, merged } = unifyClaims(first.identities, [
      claim("platform", "database", "orders-db", { "platform.workload": "orders-db" }),
      claim("platform", "service", "orders", { "platform.workload": "orders" }),
    ]);
    expect(merged).toEqual([]);
    expect(kinds(identities)).toEqual(["database", "queue", "service"]);
  });

  test("a queue that one source knows as a workload and another as a destination is one", () => {
    const { identities } = unifyClaims(
      [],
      [
        claim("spans", "queue", "mails", { "messaging.destination.name": "mails" }),
        claim("platform", "queue", "mails", { "platform.workload": "mails" }),
      ],
    );
    expect(identities).toHaveLength(1);
  });

  test("the first label of a public host names nothing", () => {
    const { identities } = unifyClaims(
      [],
      [
        claim("a", "external", "api.bank.example:443", { "server.address": "api.bank.example" }),
        claim("a", "service", "api"),
      ],
    );
    expect(identities).toHaveLength(2);
  });

  test("the order of claims does not matter", () => {
    const names = fc.constantFrom("a", "b", "c");
    const some = fc.array(
      fc.tuple(names, names).map(([name, alias]) => claim("s", "service", name, { "service.name": alias })),
      {
        maxLength: 6,
      },
    );
    fc.assert(
      fc.property(some, (claims) => {
        const keys = (list: DiscoveredEntity[]) =>
          unifyClaims([], list)
            .identities.map(({ keys }) => [...keys].sort().join())
            .sort();
        expect(keys([...claims].reverse())).toEqual(keys(claims));
      }),
    );
  });
});
