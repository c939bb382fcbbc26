import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startPostgres } from "@midwatch/postgres";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Entity } from "../../core/entity.ts";
import { connectPostgresql, postgresqlConfig } from "./postgresql.ts";

const shopDatabase: Entity = {
  id: "id-db",
  kind: "database",
  name: "main",
  environment: "lab",
  attributes: {},
  business: null,
};

describe("a real PostgreSQL", () => {
  let server: Awaited<ReturnType<typeof startPostgres>>;
  let admin: pg.Pool;
  let directory: string;
  const opened: ReturnType<typeof connectPostgresql>[] = [];

  beforeAll(async () => {
    directory = mkdtempSync(path.join(tmpdir(), "midwatch-integration-pg-"));
    chmodSync(directory, 0o755);
    server = await startPostgres({
      dataDirectory: path.join(directory, "data"),
      name: "integration",
      settings: { shared_preload_libraries: "pg_stat_statements" },
    });
    await server.ensureDatabase("shop");
    admin = new pg.Pool({ ...server.connectionConfig("shop"), application_name: "shop" });
    // The pool's end does not wait for the goodbye of idle connections; the server may be the first to say it.
    admin.on("error", () => {});
    await admin.query("create extension pg_stat_statements");
    await admin.query("create table items (id int primary key, name text, price int)");
    await admin.query("insert into items select i, 'item ' || i, i from generate_series(1, 20000) i");
    await admin.query("analyze items");
    await admin.query("create role watcher login; grant pg_monitor to watcher; create role stranger login");
  });
  afterAll(async () => {
    for (const connection of opened) await connection.close?.();
    await admin?.end();
    await server?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const connect = (role: string, more: object = {}) => {
    const url = `postgresql://${role}@localhost:${server.connectionConfig("shop").port}/shop?host=${encodeURIComponent(server.socketDirectory)}`;
    const connection = connectPostgresql(postgresqlConfig.parse({ name: "main", type: "postgresql", url, ...more }), {
      now: () => Date.now(),
    });
    opened.push(connection);
    return connection;
  };
  const ask = (connection: ReturnType<typeof connectPostgresql>, since: number) =>
    connection.database!.readActivity({ entities: [shopDatabase], window: { from: since, to: Date.now() } });

  it("tells who uses the connections, and how many there may be", async () => {
    const client = await admin.connect();
    const [activity] = (await ask(connect("watcher"), Date.now())).body ?? [];
    expect(activity?.connections.limit).toBeGreaterThan(10);
    expect(activity?.connections.byClient.find(({ client: name }) => name === "shop")?.count).toBeGreaterThan(0);
    client.release();
  });

  it("tells who holds what others wait for, and that chains of waiting end at one", async () => {
    const holder = await admin.connect();
    const waiters = [await admin.connect(), await admin.connect()];
    await holder.query("begin; update items set price = 0 where id = 1");
    const waiting = waiters.map((client) => client.query("update items set price = 1 where id = 1").catch(() => {}));
    await sleep(1300);
    const [activity] = (await ask(connect("watcher"), Date.now())).body ?? [];
    await holder.query("rollback");
    await Promise.all(waiting);
    for (const client of [holder, ...waiters]) client.release();
    expect(activity?.blockers).toHaveLength(1);
    expect(activity?.blockers[0]).toMatchObject({
      client: "shop",
      state: "idle in transaction",
      waiting: 2,
      relation: "items",
    });
    expect(activity?.blockers[0]?.longestWaitSeconds).toBeGreaterThan(1);
    expect(activity?.running.length).toBeGreaterThanOrEqual(2);
    expect(activity?.running[0]?.waitEvent).toMatch(/^Lock:/);
  });

  it("tells what statements and tables cost now, and what they cost before", async () => {
    const connection = connect("watcher", { sampleEverySeconds: 1 });
    const client = await admin.connect();
    const look = async (limit: number) => {
      for (let repeat = 0; repeat < 10; repeat += 1)
        await client.query("select count(*) from items where name = $1 and id < $2", ["item 5", limit]);
      // A session hands its counts in when it has been idle for a while; the test does not wait that long.
      await client.query("select pg_stat_force_next_flush()");
    };
    await sleep(1200);
    await look(2);
    await sleep(2500);
    const since = Date.now();
    for (let repeat = 0; repeat < 5; repeat += 1) await look(20_000);
    await sleep(2600);
    const answer = await ask(connection, since);
    client.release();
    expect(answer.why).toBeUndefined();
    const statement = answer.body?.[0]?.statements.find(({ query }) => query.includes("from items where name"));
    expect(statement?.calls).toBe(50);
    expect(statement?.before?.calls).toBe(10);
    expect(statement!.blocksPerCall).toBeGreaterThan(3 * statement!.before!.blocksPerCall);
    const table = answer.body?.[0]?.tables.find(({ table: name }) => name === "items");
    expect(table?.rowsReadSequentiallyPerSecond).toBeGreaterThan(1000);
    expect(table?.before).not.toBeNull();
  });

  it("without the right to see others it says which GRANT it lacks", async () => {
    const answer = await ask(connect("stranger"), Date.now());
    expect(["partial", "denied"]).toContain(answer.status);
    expect(answer.wayOut).toContain("GRANT pg_monitor TO stranger;");
  });

  it("a role that does not exist is denied, and nobody at the address is failed", async () => {
    const nobody = await ask(connect("nobody_at_all"), Date.now());
    expect(["denied", "failed"]).toContain(nobody.status);
    const gone = connectPostgresql(
      postgresqlConfig.parse({
        name: "gone",
        type: "postgresql",
        url: "postgresql://u:a-password-nobody-sees@127.0.0.1:1/x",
      }),
      { now: () => Date.now() },
    );
    opened.push(gone);
    const answer = await gone.database!.readActivity({
      entities: [{ ...shopDatabase, name: "gone" }],
      window: { from: 0, to: 1 },
    });
    expect(answer.status).toBe("failed");
    expect(JSON.stringify([answer, await gone.check(), gone.destinations])).not.toContain("a-password-nobody-sees");
  });

  it("cannot write, whatever the role may and whatever its functions would", async () => {
    await admin.query(`
      create role scribe login; grant pg_monitor to scribe;
      create schema trap; create table trap.written (at timestamptz);
      grant usage on schema trap to scribe; grant all on trap.written to scribe;
      create function trap.pg_has_role(name, text, text) returns boolean language plpgsql
        as 'begin insert into trap.written values (now()); return true; end';
      alter role scribe set search_path = trap, pg_catalog;`);
    const report = await connect("scribe").check();
    expect(JSON.stringify(report)).toContain("cannot execute INSERT in a read-only transaction");
    expect((await admin.query("select from trap.written")).rowCount).toBe(0);
  });

  it("says of others that it is not theirs", async () => {
    const other: Entity = { ...shopDatabase, id: "id-cart", kind: "service", name: "cart" };
    const answer = await connect("watcher").database!.readActivity({ entities: [other], window: { from: 0, to: 1 } });
    expect(answer).toMatchObject({
      status: "unmapped",
      body: null,
      gaps: [{ entityId: "id-cart", status: "unmapped" }],
    });
  });

  it("without pg_stat_statements slow statements are known from what runs", async () => {
    await admin.query("drop extension pg_stat_statements");
    let slow: Promise<unknown> = Promise.resolve();
    try {
      const connection = connect("watcher");
      const since = Date.now();
      slow = admin.query("select pg_sleep(60)").catch(() => {}); // until it is cancelled
      const answer = await vi.waitFor(
        async () => {
          const seen = await ask(connection, since);
          expect(seen.body?.[0]?.statements.map(({ query }) => query)).toContain("select pg_sleep(?)");
          return seen;
        },
        { timeout: 30_000, interval: 250 },
      );
      expect(answer.status).toBe("partial");
      expect(answer.wayOut).toContain("CREATE EXTENSION pg_stat_statements");
      expect(answer.body?.[0]?.statements[0]).toMatchObject({ query: "select pg_sleep(?)", calls: 1 });
    } finally {
      await admin.query("select pg_cancel_backend(pid) from pg_stat_activity where query like 'select pg_sleep(60)%'");
      await slow;
      await admin.query("create extension pg_stat_statements");
    }
  });
});
