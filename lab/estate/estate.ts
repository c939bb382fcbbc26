import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { z } from "zod";

/** What a process can be in this shop. Code speaks of roles; what they are called is in `estate.yaml`. */
export const processRoles = [
  "gateway",
  "auth",
  "session",
  "cart",
  "catalog",
  "recommendation",
  "checkout",
  "payment",
  "inventory",
  "orders",
  "orderWorker",
  "cache",
  "storage",
  "dns",
  "mesh",
] as const;
export type ProcessRole = (typeof processRoles)[number];
/** Every role that something can depend on. */
export type Role = ProcessRole | "database" | "provider";

export const flagRoles = ["catalogReadCache", "personalRanking", "newCartBadge", "giftMessages"] as const;
export type FlagRole = (typeof flagRoles)[number];
export const scheduleRoles = ["backup", "cleanup"] as const;
export type ScheduleRole = (typeof scheduleRoles)[number];

const name = z.string().regex(/^[a-z][a-z0-9.-]{0,62}$/, "lower-case letters, digits, dots and dashes");
const tier = z.union([z.literal(1), z.literal(2), z.literal(3)]);
const service = z.strictObject({
  name,
  kind: z.enum(["service", "worker", "cache", "storage", "dns", "proxy"]),
  owner: z.string(),
  tier,
  version: z.string(),
  replicas: z.int().min(1).max(4),
  memoryBytes: z.int().min(80 * 2 ** 20),
  configuration: z.record(z.string(), z.string()).default({}),
});

/** One schema for every role. */
function each<K extends string, V>(roles: readonly K[], schema: V): Record<K, V> {
  return Object.fromEntries(roles.map((role) => [role, schema])) as Record<K, V>;
}

const estateSchema = z.strictObject({
  environment: z.string(),
  domain: name,
  apiPrefix: z.string().startsWith("/"),
  services: z.strictObject(each(processRoles, service)),
  database: z.strictObject({ name, database: z.string().regex(/^[a-z_]+$/), owner: z.string(), tier }),
  provider: z.strictObject({ name, host: z.string(), owner: z.string(), tier }),
  queue: z.string(),
  data: z.strictObject({
    products: z.int().min(50),
    customers: z.int().min(100),
    orders: z.int().min(1000),
    orderItems: z.int().min(1000),
    cacheBytes: z.int().min(2 ** 16),
    storageQuotaBytes: z.int().min(2 ** 20),
  }),
  flags: z.strictObject(
    each(flagRoles, z.strictObject({ key: z.string(), service: z.enum(processRoles), value: z.boolean() })),
  ),
  schedules: z.strictObject(
    each(
      scheduleRoles,
      z.strictObject({ name: z.string(), workload: z.enum([...processRoles, "database"]), every: z.string() }),
    ),
  ),
  load: z.strictObject({
    journeysPerSecond: z.number().positive().max(50),
    dayMinutes: z.number().positive(),
    amplitude: z.number().min(0).max(0.95),
    startHour: z.number().min(0).max(24),
  }),
  faults: z
    .record(z.string(), z.strictObject({ target: z.string().optional(), magnitude: z.number().optional() }))
    .default({}),
});

export type Estate = z.infer<typeof estateSchema>;

/** Parses and checks an estate; throws naming the field that is wrong, or two roles that share a name. */
export function parseEstate(text: string): Estate {
  const parsed = estateSchema.safeParse(parse(text));
  if (!parsed.success) throw new Error(`estate: ${z.prettifyError(parsed.error)}`);
  const names = [
    ...processRoles.map((role) => parsed.data.services[role].name),
    parsed.data.database.name,
    parsed.data.provider.name,
  ];
  const twice = names.find((value, index) => names.indexOf(value) !== index);
  if (twice) throw new Error(`estate: two roles are called "${twice}"; names must differ`);
  return parsed.data;
}

/** Reads the estate from `path`, or the one that ships beside the sources (also found from the bundle in dist/lab). */
export function loadEstate(path?: string): Estate {
  return parseEstate(readFileSync(path ?? shippedEstatePath(), "utf8"));
}

function shippedEstatePath(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const candidates = ["estate.yaml", "../estate.yaml", "../lab/estate.yaml", "../../lab/estate.yaml"].map((path) =>
    join(here, path),
  );
  const found = candidates.find((path) => existsSync(path));
  if (!found) throw new Error(`estate.yaml was not found; looked at ${candidates.join(", ")}. Pass --estate FILE.`);
  return found;
}

/** What a role is called here. */
export function nameOf(estate: Estate, role: Role): string {
  if (role === "database") return estate.database.name;
  if (role === "provider") return estate.provider.name;
  return estate.services[role].name;
}

/** The role behind a name; undefined when this estate has no such name. */
export function roleNamed(estate: Estate, wanted: string): Role | undefined {
  return ([...processRoles, "database", "provider"] as const).find((role) => nameOf(estate, role) === wanted);
}

/** Host name under which others look a role up in DNS. */
export function hostOf(estate: Estate, role: Role): string {
  return role === "provider" ? estate.provider.host : `${nameOf(estate, role)}.${estate.domain}`;
}
