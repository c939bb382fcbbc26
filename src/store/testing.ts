import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { attachPostgres, type PostgresConnections, startPostgres } from "@midwatch/postgres";
import { type OpenDatabase, openDatabase } from "./database.ts";
import { migrate } from "./migrate.ts";
import { allMigrations } from "./migrations/all-migrations.ts";

/**
 * A database of its own for a test file, on the real PostgreSQL that the whole test run shares.
 *
 *   let database: TestDatabase;
 *   beforeAll(async () => { database = await openTestDatabase(); });
 *   afterAll(() => database.drop());
 */
export type TestDatabase = OpenDatabase & {
  name: string;
  /** For child processes and for the durable engine. */
  url: string;
  /** Closes the pool and removes the database, also when others are still connected. */
  drop(): Promise<void>;
};

/** With the whole schema. A copy of a template: a few dozen milliseconds. */
export function openTestDatabase(): Promise<TestDatabase> {
  return create("with the schema");
}

/** Without any table: for tests of migrations. */
export function openEmptyTestDatabase(): Promise<TestDatabase> {
  return create("empty");
}

async function create(content: "with the schema" | "empty"): Promise<TestDatabase> {
  const postgres = await sharedCluster();
  const name = `test_${randomBytes(6).toString("hex")}`;
  const administration = openDatabase({ connection: postgres.connectionConfig("postgres"), poolSize: 1 });
  const template = content === "empty" ? "template0" : await ensureTemplate(postgres, administration);
  await administration.query(`create database ${name} template ${template}`);
  const database = openDatabase({ connection: postgres.connectionConfig(name), poolSize: 8 });
  const drop = async () => {
    await database.close();
    await administration.query(`drop database ${name} with (force)`);
    await administration.close();
  };
  return { ...database, name, url: postgres.connectionString(name), drop };
}

const TEMPLATE = "midwatch_test_template";
const TEMPLATE_LOCK = 7_312_024; // any number, the same in all test processes

async function ensureTemplate(postgres: PostgresConnections, administration: OpenDatabase): Promise<string> {
  await administration.query("select pg_advisory_lock($1)", [TEMPLATE_LOCK]); // its pool has one connection
  try {
    // Renamed only when complete, so that a test process that was killed half-way leaves none.
    const [found] = await administration.query("select from pg_database where datname = $1", [TEMPLATE]);
    if (found !== undefined) return TEMPLATE;
    await administration.query(`drop database if exists ${TEMPLATE}_unfinished with (force)`);
    await administration.query(`create database ${TEMPLATE}_unfinished template template0`);
    const unfinished = openDatabase({ connection: postgres.connectionConfig(`${TEMPLATE}_unfinished`) });
    await migrate(unfinished, allMigrations);
    await unfinished.close();
    await administration.query(`alter database ${TEMPLATE}_unfinished rename to ${TEMPLATE}`);
    return TEMPLATE;
  } finally {
    await administration.query("select pg_advisory_unlock($1)", [TEMPLATE_LOCK]);
  }
}

/** Started by the first who asks, ended by `vitest.setup.ts`. Tests may lose data when the machine fails: no fsync. */
async function sharedCluster(): Promise<PostgresConnections> {
  const dataDirectory = process.env["MIDWATCH_TEST_CLUSTER"];
  if (dataDirectory === undefined) throw new Error("MIDWATCH_TEST_CLUSTER is not set: run tests with vitest");
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(50)) {
    const running = await attachPostgres(dataDirectory);
    if (running !== undefined) return running;
    await startPostgres({
      dataDirectory,
      name: "midwatch tests",
      maxConnections: 150,
      settings: { fsync: "off", synchronous_commit: "off", full_page_writes: "off" },
    }).catch((error: unknown) => {
      const isStartedByOther = error instanceof Error && "code" in error && error.code === "LOCKED_BY_OTHER";
      if (!isStartedByOther) throw error;
    });
  }
  throw new Error(`no PostgreSQL at ${dataDirectory} after 60 s`);
}
