import { type Estate, hostOf, nameOf, type ProcessRole } from "../estate/estate.ts";
import { addressKey, dependencies, edgeId, hasDatabase, timeoutKey } from "../estate/topology.ts";
import { shopUser } from "./seed.ts";

/** Where users come in: an edge of the mesh like the others. */
export const entryEdge = "users>gateway";

/**
 * The configuration that a role has unless somebody sets a key: addresses through the mesh, pool and time-outs, and the
 * shop's own questionable habits (checkout asks inventory up to four times, at once).
 */
export function defaultConfiguration(
  estate: Estate,
  role: ProcessRole,
  ports: Record<string, number>,
): Record<string, string> {
  const configuration: Record<string, string> = { LOG_LEVEL: "info" };
  const portOf = (to: (typeof dependencies)[ProcessRole][number]) => ports[edgeId({ from: role, to })] ?? 0;
  for (const to of dependencies[role]) {
    const scheme =
      to === "database"
        ? `postgresql://${shopUser}@`
        : to === "cache"
          ? "memcached://"
          : to === "provider"
            ? "https://"
            : "http://";
    const path = to === "database" ? `/${estate.database.database}` : "";
    configuration[addressKey(estate, to)] = `${scheme}${hostOf(estate, to)}:${portOf(to)}${path}`;
    configuration[timeoutKey(estate, to)] = String(timeoutMilliseconds(role, to));
  }
  if (hasDatabase(role))
    Object.assign(configuration, {
      DATABASE_POOL_SIZE: "8",
      DATABASE_POOL_WAIT_MS: "2000",
      DATABASE_PASSWORD: "not-checked-on-this-socket",
    });
  if (role === "checkout") configuration[addressKey(estate, "inventory").replace(/_URL$/, "_ATTEMPTS")] = "4";
  if (role === "inventory") configuration["WAREHOUSE_CONFIRMATION_MS"] = "60";
  if (role === "orders") configuration["CONFIRMATION_PROMISED_SECONDS"] = "6";
  if (role === "cache") configuration["CACHE_BYTES"] = String(estate.data.cacheBytes);
  if (role === "storage") configuration["QUOTA_BYTES"] = String(estate.data.storageQuotaBytes);
  if (role === "dns") configuration["PORT"] = String(ports["dns"] ?? 0);
  if (role !== "dns" && role !== "mesh") configuration["DNS_SERVER"] = `127.0.0.1:${ports["dns"] ?? 0}`;
  return configuration;
}

function timeoutMilliseconds(from: ProcessRole, to: string): number {
  if (to === "cache") return 500;
  if (to === "database") return 5000;
  if (from === "checkout" && to === "inventory") return 600;
  if (from === "gateway" && to === "checkout") return 6000;
  return 4000;
}

/** How telemetry names a workload. */
export function attributesOf(estate: Estate, role: ProcessRole | "database" | "provider"): Record<string, string> {
  const address = { "server.address": hostOf(estate, role) };
  if (role === "database")
    return { ...address, "db.system.name": "postgresql", "db.namespace": estate.database.database };
  if (role === "provider") return address;
  const service = { ...address, "service.name": nameOf(estate, role) };
  if (role === "cache") return { ...service, "db.system.name": "memcached" };
  if (role === "orderWorker") return { ...service, "messaging.destination.name": estate.queue };
  return service;
}
