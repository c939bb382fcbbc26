import { join } from "node:path";
import { type RunningPostgres, startPostgres } from "@midwatch/postgres";
import pg from "pg";
import type { Estate } from "../estate/estate.ts";
import { mendDatabase, monitorUser, seedDatabase } from "./seed.ts";
import { yieldProcessor } from "./yield-processor.ts";

export type LabDatabase = {
  postgres: RunningPostgres;
  socketPath(): string;
  monitorUrl(): string; // reads pg_stat_*; no table of the shop
  execute(sql: string, values?: unknown[]): Promise<{ rowCount: number; rows: Record<string, unknown>[] }>;
  hold(applicationName: string, statements: string[]): Promise<() => Promise<void>>;
  stop(): Promise<void>;
};

/** The shop's own cluster: started or adopted, filled the first time, mended always. */
export async function openLabDatabase(
  directory: string,
  estate: Estate,
  log: (line: string) => void,
): Promise<LabDatabase> {
  // The supervisor's own connection does not keep a process alive, and while it adopts a server there is nothing else yet.
  const staysAlive = setInterval(() => {}, 1000);
  const postgres = await startPostgres({
    dataDirectory: join(directory, "postgres"),
    name: estate.database.name,
    maxConnections: 140,
    settings: {
      shared_buffers: "128MB",
      work_mem: "2MB",
      shared_preload_libraries: "pg_stat_statements",
      deadlock_timeout: "1s",
      log_lock_waits: "on",
      max_parallel_workers_per_gather: "0",
      track_io_timing: "on",
    },
    log,
  }).finally(() => clearInterval(staysAlive));
  yieldProcessor(postgres.pid, 5, log);
  const { database } = estate.database;
  await postgres.ensureDatabase(database);
  const setup = new pg.Client(postgres.connectionConfig(database));
  await setup.connect();
  await seedDatabase(setup, estate);
  await mendDatabase(setup);
  await setup.end();
  const pool = new pg.Pool({ ...postgres.connectionConfig(database), max: 3, application_name: "platform" });
  pool.on("error", () => {});
  const port = () => postgres.connectionConfig(database).port;
  return {
    postgres,
    socketPath: () => `${postgres.socketDirectory}/.s.PGSQL.${port()}`,
    monitorUrl: () => postgres.connectionString(database).replace(`//${postgres.user}@`, `//${monitorUser}@`),
    async execute(sql, values = []) {
      const answer = await pool.query<Record<string, unknown>>(sql, values);
      return { rowCount: answer.rowCount ?? 0, rows: answer.rows };
    },
    async hold(applicationName, statements) {
      const client = new pg.Client({ ...postgres.connectionConfig(database), application_name: applicationName });
      client.on("error", () => {});
      await client.connect();
      await client.query("BEGIN");
      for (const statement of statements) await client.query(statement);
      return () => client.end();
    },
    async stop() {
      await pool.end();
      await postgres.stop();
    },
  };
}
