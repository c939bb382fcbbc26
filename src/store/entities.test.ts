import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { EntityName } from "../core/entity.ts";
import { endEdges, readEdges, seeEdges } from "./edges.ts";
import {
  claimName,
  createEntity,
  findEntitiesByAttributes,
  findEntityByName,
  readClaims,
  readEntities,
  updateEntity,
  withdrawClaims,
} from "./entities.ts";
import { mergeEntities, readIdentityEvents, splitEntity } from "./entity-identity.ts";
import { minute, person } from "./samples.testing.ts";
import { openTestDatabase, type TestDatabase } from "./testing.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
beforeEach(async () => {
  await database.query("truncate entities, entity_claims, entity_events, edges");
  for (const id of ["e-1", "e-2", "e-3"]) await create(id);
});
afterAll(() => database.drop());

describe("entities", () => {
  it("are what their live claims say, the newest winning", async () => {
    await claim("e-1", "telemetry", "checkout", { "service.name": "checkout", team: "old" }, 1);
    await claim("e-1", "prometheus", "shop/checkout", { job: "shop/checkout", team: "new" }, 2);
    expect(await readEntities(database, { ids: ["e-1"] })).toEqual([
      {
        id: "e-1",
        kind: "service",
        name: "name of e-1",
        environment: "lab",
        business: null,
        attributes: { "service.name": "checkout", job: "shop/checkout", team: "new" },
      },
    ]);
    expect(await findEntityByName(database, "telemetry", name("checkout"))).toBe("e-1");
    expect(await findEntityByName(database, "prometheus", name("checkout"))).toBeUndefined();
    expect(await findEntitiesByAttributes(database, { job: "shop/checkout" })).toEqual(["e-1"]);
    expect(await findEntitiesByAttributes(database, { job: "another" })).toEqual([]);
  });

  it("keep dated claims: renewed, moved to another entity, withdrawn", async () => {
    await claim("e-1", "telemetry", "checkout", { v: "1" }, 1);
    await claim("e-1", "telemetry", "checkout", { v: "2" }, 5);
    await claim("e-2", "telemetry", "checkout", { v: "3" }, 10);
    expect(await readClaims(database, "e-1")).toMatchObject([
      { attributes: { v: "2" }, claimedAt: minute(1), lastSeenAt: minute(5), withdrawnAt: minute(10) },
    ]);
    const then = await readEntities(database, { ids: ["e-1", "e-2"], at: minute(6) });
    expect(then.map(({ attributes }) => attributes)).toEqual([{ v: "2" }, {}]);
    expect(await withdrawClaims(database, "telemetry", minute(20), minute(30))).toBe(1);
    expect(await findEntityByName(database, "telemetry", name("checkout"))).toBeUndefined();
    expect(await readClaims(database, "e-2")).toMatchObject([{ withdrawnAt: minute(30) }]);
  });

  it("can be told their business", async () => {
    const business = {
      tier: 1 as const,
      owner: "payments",
      availabilityObjective: 0.99,
      latencyObjectiveSeconds: 0.8,
      journey: null,
    };
    await updateEntity(database, "e-1", { business, name: "checkout" });
    await updateEntity(database, "e-1", { environment: "production" });
    expect(await readEntities(database, { ids: ["e-1"] })).toMatchObject([
      { name: "checkout", environment: "production", business },
    ]);
  });
});

describe("merge and split", () => {
  it("move claims and edges, keep the old id working, and can be taken back", async () => {
    await claim("e-1", "telemetry", "checkout", { "service.name": "checkout" }, 1);
    await claim("e-2", "prometheus", "checkout", { job: "checkout" }, 1);
    await see("e-2", "e-3", "telemetry");
    await see("e-1", "e-3", "telemetry");
    await see("e-2", "e-1", "telemetry");
    const because = { actor: person, at: minute(3), reason: "same instances" };
    await mergeEntities(database, { from: "e-2", into: "e-1", ...because });

    expect((await readEntities(database)).map(({ id }) => id)).toEqual(["e-1", "e-3"]);
    expect(await readEntities(database, { ids: ["e-2"] })).toMatchObject([
      { id: "e-1", attributes: { "service.name": "checkout", job: "checkout" } },
    ]);
    expect((await readEdges(database)).map(({ from, to }) => `${from} ${to}`)).toEqual(["e-1 e-3"]);

    const [merged] = await readIdentityEvents(database, "e-1");
    expect(merged).toMatchObject({ type: "entities-merged", from: "e-2", to: "e-1", ...because });
    const to = {
      id: "e-2",
      kind: "service" as const,
      name: "e-2",
      environment: "lab",
      business: null,
      createdAt: minute(4),
    };
    await splitEntity(database, { from: "e-1", claimIds: merged?.claimIds ?? [], to, ...because });
    expect(await readEntities(database, { ids: ["e-2"] })).toMatchObject([
      { id: "e-2", attributes: { job: "checkout" } },
    ]);
    expect(await findEntityByName(database, "prometheus", name("checkout"))).toBe("e-2");
    expect(await readIdentityEvents(database, "e-2")).toHaveLength(2);
  });
});

describe("edges", () => {
  it("join what several sources say", async () => {
    await see("e-1", "e-2", "telemetry", { confidence: 0.6, seenAt: minute(2), isAsynchronous: true });
    await see("e-1", "e-2", "prometheus", { confidence: 0.9, seenAt: minute(5) });
    await see("e-1", "e-2", "telemetry", { confidence: 0.7, seenAt: minute(4), isAsynchronous: true });
    expect(await readEdges(database, { touching: ["e-2"] })).toEqual([
      {
        from: "e-1",
        to: "e-2",
        type: "calls",
        sources: ["prometheus", "telemetry"],
        confidence: expect.closeTo(0.9),
        isAsynchronous: false,
        validFrom: minute(2),
        lastSeenAt: minute(5),
      },
    ]);
    expect(await readEdges(database, { touching: ["e-3"] })).toEqual([]);
  });

  it("end when a source no longer shows them, and are still there in the past", async () => {
    await see("e-1", "e-2", "telemetry", { seenAt: minute(2) });
    await see("e-1", "e-2", "telemetry", { seenAt: minute(6) });
    expect(await endEdges(database, "telemetry", minute(10))).toBe(1);
    expect(await readEdges(database)).toEqual([]);
    expect(await readEdges(database, { at: minute(4) })).toHaveLength(1);
    expect(await readEdges(database, { at: minute(7) })).toEqual([]);
    await see("e-1", "e-2", "telemetry", { seenAt: minute(20) });
    expect(await readEdges(database)).toMatchObject([{ validFrom: minute(20) }]);
  });
});

function create(id: string) {
  const entity = { id, kind: "service" as const, name: `name of ${id}`, environment: "lab", business: null };
  return createEntity(database, { ...entity, createdAt: minute(0) });
}

function name(text: string): EntityName {
  return { kind: "service", scope: "main", namespace: "", name: text };
}

function claim(entityId: string, source: string, called: string, attributes: Record<string, string>, at: number) {
  return claimName(database, { entityId, source, name: name(called), attributes, claimedAt: minute(at) });
}

function see(
  from: string,
  to: string,
  source: string,
  differing: Partial<Parameters<typeof seeEdges>[1][number]> = {},
) {
  const sighting = {
    from,
    to,
    type: "calls" as const,
    source,
    confidence: 1,
    isAsynchronous: false,
    seenAt: minute(1),
  };
  return seeEdges(database, [{ ...sighting, ...differing }]);
}
