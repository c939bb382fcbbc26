import type { Edge, Entity, EntityId, EntityKind } from "../../core/entity.ts";
import type { Instant } from "../../core/window.ts";
import { type Random, seededRandom } from "./random.ts";

type SimulatedCall = { to: EntityId; perRequest: number; isAsynchronous: boolean };

export type SimulatedEntity = {
  entity: Entity;
  /** Own seconds a request; for leaves, seconds an operation. */
  ownSeconds: number;
  cpuPerRequest: number;
  cpuLimit: number;
  memoryBytes: number;
  memoryLimit: number;
  poolLimit: number;
  instances: string[];
  version: string;
  calls: SimulatedCall[];
};

/** Fourteen things that call each other. Names mean nothing; what each is for is only known to the simulation. */
export type Estate = {
  seed: number;
  entities: SimulatedEntity[];
  byId: ReadonlyMap<EntityId, SimulatedEntity>;
  edges: Edge[];
  role: Record<Role, EntityId>;
  requestsPerSecond: number;
};

const roles = [
  "entry",
  "accounts",
  "listing",
  "advice",
  "basket",
  "order",
  "charge",
  "stock",
  "worker",
  "database",
  "otherDatabase",
  "cache",
  "queue",
  "storage",
  "names",
  "provider",
] as const;
export type Role = (typeof roles)[number];

const kinds: Partial<Record<Role, EntityKind>> = {
  worker: "worker",
  database: "database",
  otherDatabase: "database",
  cache: "cache",
  queue: "queue",
  storage: "storage",
  names: "dns",
  provider: "external",
};

const callTable: Partial<Record<Role, [Role, number][]>> = {
  entry: [
    ["accounts", 0.8],
    ["listing", 0.6],
    ["basket", 0.3],
    ["order", 0.15],
  ],
  accounts: [["otherDatabase", 1]],
  listing: [
    ["cache", 1],
    ["database", 1],
    ["advice", 0.5],
  ],
  advice: [["database", 1]],
  basket: [
    ["cache", 1],
    ["database", 1],
  ],
  order: [
    ["stock", 1],
    ["charge", 1],
    ["queue", 1],
  ],
  charge: [
    ["provider", 1],
    ["otherDatabase", 1],
  ],
  stock: [["database", 2]],
  worker: [
    ["queue", 1],
    ["otherDatabase", 2],
    ["storage", 1],
  ],
};

/** Requests of each, per request at the entry. */
const usualShare: Partial<Record<Role, number>> = {
  entry: 1,
  accounts: 0.8,
  listing: 0.6,
  advice: 0.3,
  basket: 0.3,
  order: 0.15,
  charge: 0.15,
  stock: 0.15,
  worker: 0.15,
  database: 0.7,
  otherDatabase: 1.2,
  cache: 0.9,
};

export function drawEstate(seed: number, now: Instant): Estate {
  const random = seededRandom(seed);
  const requestsPerSecond = random.between(25, 60);
  const names = new Set<string>();
  while (names.size < roles.length) names.add(random.word());
  const name = [...names];
  const role = Object.fromEntries(roles.map((each, index) => [each, `id-${name[index]}`])) as Record<Role, EntityId>;
  const entities = roles.map((each, index) => drawEntity(each, name[index] as string, role, random, requestsPerSecond));
  const edges = entities.flatMap(({ entity, calls }) =>
    calls.map(
      ({ to, isAsynchronous }): Edge => ({
        from: entity.id,
        to,
        type: "calls",
        sources: ["spans"],
        confidence: 0.95,
        validFrom: now - 86_400_000,
        lastSeenAt: now,
        isAsynchronous,
      }),
    ),
  );
  return {
    seed,
    entities,
    byId: new Map(entities.map((each) => [each.entity.id, each])),
    edges,
    role,
    requestsPerSecond,
  };
}

function drawEntity(
  role: Role,
  name: string,
  ids: Record<Role, EntityId>,
  random: Random,
  entryRate: number,
): SimulatedEntity {
  const kind = kinds[role] ?? "service";
  const isLeaf = kind !== "service" && kind !== "worker";
  const own: Partial<Record<Role, [number, number]>> = {
    cache: [0.0003, 0.0006],
    database: [0.002, 0.005],
    otherDatabase: [0.002, 0.005],
    provider: [0.05, 0.12],
    names: [0.0005, 0.001],
    queue: [0.001, 0.002],
    storage: [0.004, 0.01],
  };
  const [low, high] = own[role] ?? [0.003, 0.012];
  const calls = (callTable[role] ?? []).map(([to, perRequest]) => ({
    to: ids[to],
    perRequest,
    isAsynchronous: to === "queue",
  }));
  if (!isLeaf) calls.push({ to: ids.names, perRequest: 0.2, isAsynchronous: false });
  const count = role === "entry" || !isLeaf ? 2 : 1;
  const usual = (usualShare[role] ?? 0.2) * entryRate;
  return {
    entity: { id: ids[role], kind, name, environment: "production", attributes: {}, business: null },
    ownSeconds: random.between(low, high),
    // Estates run at a quarter to two fifths of what they could.
    cpuPerRequest: (random.between(0.25, 0.4) * count) / usual,
    cpuLimit: 1,
    memoryBytes: random.between(8e7, 1.6e8),
    memoryLimit: 3e8,
    poolLimit: 10,
    instances: kind === "external" ? [] : Array.from({ length: count }, (_, index) => `${name}-${index}`),
    version: "1.4.0",
    calls,
  };
}
