import { type Estate, nameOf, type ProcessRole, type Role } from "./estate.ts";

/** Who calls whom. Every pair is one listener of the mesh, so that one connection can be slow while its neighbours are not. */
export const dependencies: Record<ProcessRole, readonly Role[]> = {
  gateway: ["auth", "session", "catalog", "recommendation", "cart", "checkout", "orders"],
  auth: ["session", "database"],
  session: ["cache", "database"],
  cart: ["cache", "database"],
  catalog: ["cache", "database"],
  recommendation: ["catalog"],
  checkout: ["cart", "inventory", "payment", "orders"],
  payment: ["provider", "database"],
  inventory: ["database"],
  orders: ["database"],
  orderWorker: ["database", "storage"],
  cache: [],
  storage: [],
  dns: [],
  mesh: [],
};

export type Edge = { from: ProcessRole; to: Role };

export const edges: readonly Edge[] = (Object.keys(dependencies) as ProcessRole[]).flatMap((from) =>
  dependencies[from].map((to) => ({ from, to })),
);

export const edgeId = (edge: Edge): string => `${edge.from}>${edge.to}`;

/** The configuration key in which a service keeps the address of a dependency: `ORDERS_DB_URL` of `orders-db`. */
export function addressKey(estate: Estate, to: Role): string {
  return `${nameOf(estate, to)
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, "_")}_URL`;
}

/** Same, for the milliseconds after which a caller gives up on it. */
export function timeoutKey(estate: Estate, to: Role): string {
  return addressKey(estate, to).replace(/_URL$/, "_TIMEOUT_MS");
}

export const hasDatabase = (role: ProcessRole): boolean => dependencies[role].includes("database");

/** Every role that can be reached from `from`, itself included. */
export function reachableFrom(from: ProcessRole): Set<Role> {
  const seen = new Set<Role>([from]);
  for (const role of seen) for (const next of dependencies[role as ProcessRole] ?? []) seen.add(next);
  return seen;
}

/** Those that call `to` directly. */
export function callersOf(to: Role): ProcessRole[] {
  return edges.filter((edge) => edge.to === to).map((edge) => edge.from);
}
