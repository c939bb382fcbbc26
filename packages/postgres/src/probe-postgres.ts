import pg from "pg";
import { SUPERUSER } from "./data-directory.ts";
import { codeOf } from "./postgres-error.ts";
import { SOCKET_PORT } from "./runtime-directory.ts";

/** `starting`: it will accept soon (also during crash recovery); `rejecting`: it is shutting down or full. */
export type PostgresReadiness = "accepting" | "starting" | "rejecting" | "absent";

/** Where a server listens: a socket directory of ours, or any `pg` configuration. */
type ProbeTarget = { socketDirectory: string; port?: number } | pg.ClientConfig;

/** What `pg_isready` would say, without its program: tries to connect once and never throws. */
export async function probePostgres(target: ProbeTarget, timeoutMilliseconds = 2000): Promise<PostgresReadiness> {
  const client = new pg.Client({ ...toClientConfig(target), connectionTimeoutMillis: timeoutMilliseconds });
  client.on("error", () => {}); // the connection may break while it is closed
  try {
    await client.connect();
    return "accepting";
  } catch (error) {
    return readinessOf(error);
  } finally {
    await client.end().catch(() => {});
  }
}

function readinessOf(error: unknown): PostgresReadiness {
  const code = codeOf(error);
  // 57P03 cannot_connect_now says "starting up", "not yet accepting" or "shutting down".
  if (code === "57P03") return /shutting down/.test(String(error)) ? "rejecting" : "starting";
  if (code === "53300" || code === "57P01" || code === "57P02") return "rejecting";
  if (code !== undefined && /^[0-9A-Z]{5}$/.test(code)) return "accepting"; // it answered: wrong password, no such database, …
  return "absent";
}

function toClientConfig(target: ProbeTarget): pg.ClientConfig {
  if (!("socketDirectory" in target)) return target;
  return {
    host: target.socketDirectory,
    port: target.port ?? SOCKET_PORT,
    user: SUPERUSER,
    database: "postgres",
    ssl: false,
  };
}
