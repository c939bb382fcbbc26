import { Socket } from "node:net";
import { context, type Span, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import pg from "pg";
import { addressKey, timeoutKey } from "../estate/topology.ts";
import { asLookup, type Resolve } from "./resolver.ts";
import { type InstanceSettings, numberSetting } from "./settings.ts";
import { durationBounds, type Telemetry } from "./telemetry.ts";

export type Row = Record<string, unknown>;
export type Query = (summary: string, text: string, values?: unknown[]) => Promise<Row[]>;
export type Database = {
  query: Query; // on whatever connection is free
  transaction<T>(work: (query: Query) => Promise<T>): Promise<T>; // one connection, commits or rolls back
  session<T>(work: (query: Query, release: () => void) => Promise<T>): Promise<T>; // the caller gives the connection back
};

/** A pool to the shop's database; every statement is a client span, and the pool says how full it is. */
export function openDatabase(settings: InstanceSettings, telemetry: Telemetry, resolve: Resolve): Database {
  const { configuration, estate } = settings;
  const url = new URL(configuration[addressKey(estate, "database")] ?? "postgresql://unset");
  const size = numberSetting(configuration, "DATABASE_POOL_SIZE", 8);
  const namespace = url.pathname.slice(1);
  const pool = new pg.Pool({
    host: url.hostname,
    port: Number(url.port || 5432),
    user: url.username,
    password: configuration["DATABASE_PASSWORD"] ?? "",
    database: namespace,
    application_name: settings.serviceName,
    max: size,
    connectionTimeoutMillis: numberSetting(configuration, "DATABASE_POOL_WAIT_MS", 2000),
    statement_timeout: numberSetting(configuration, timeoutKey(estate, "database"), 5000),
    idleTimeoutMillis: 60_000,
    stream: () => throughOwnDns(resolve),
  });
  pool.on("error", (error) => telemetry.log.warn(`idle database connection lost: ${error.message}`));

  const known = {
    "db.system.name": "postgresql",
    "db.namespace": namespace,
    "server.address": url.hostname,
    "server.port": Number(url.port || 5432),
  };
  const poolName = { "db.client.connection.pool.name": `${url.hostname}/${namespace}` };
  const { meter, tracer } = telemetry;
  const connections = meter.createObservableUpDownCounter("db.client.connection.count", {
    unit: "{connection}",
    description: "Connections of the pool, by state",
  });
  const max = meter.createObservableUpDownCounter("db.client.connection.max", {
    unit: "{connection}",
    description: "Connections that the pool may open",
  });
  const pending = meter.createObservableUpDownCounter("db.client.connection.pending_requests", {
    unit: "{request}",
    description: "Requests that wait for a connection",
  });
  const timeouts = meter.createCounter("db.client.connection.timeouts", {
    unit: "{timeout}",
    description: "Requests that waited in vain for a connection",
  });
  const histogram = (name: string, description: string) =>
    meter.createHistogram(name, { unit: "s", description, advice: { explicitBucketBoundaries: durationBounds } });
  const wait = histogram("db.client.connection.wait_time", "Time until a connection was free");
  const duration = histogram("db.client.operation.duration", "Duration of database statements");
  meter.addBatchObservableCallback(
    (result) => {
      result.observe(connections, pool.idleCount, { ...poolName, "db.client.connection.state": "idle" });
      result.observe(connections, pool.totalCount - pool.idleCount, {
        ...poolName,
        "db.client.connection.state": "used",
      });
      result.observe(max, size, poolName);
      result.observe(pending, pool.waitingCount, poolName);
    },
    [connections, max, pending],
  );

  async function connect(): Promise<pg.PoolClient> {
    const startedAt = performance.now();
    try {
      const client = await pool.connect();
      wait.record((performance.now() - startedAt) / 1000, poolName);
      return client;
    } catch (error) {
      wait.record((performance.now() - startedAt) / 1000, poolName);
      if (!(error as Error).message.includes("timeout exceeded when trying to connect")) throw error;
      timeouts.add(1, poolName);
      throw Object.assign(
        new Error(
          `timed out after ${Math.round(performance.now() - startedAt)} ms waiting for a database connection (pool of ${size}, ${pool.waitingCount} waiting)`,
        ),
        { code: "pool_timeout" },
      );
    }
  }

  async function run(
    client: pg.PoolClient,
    span: Span,
    summary: string,
    text: string,
    values: unknown[],
  ): Promise<Row[]> {
    const startedAt = performance.now();
    const operation = { ...known, "db.query.summary": summary };
    try {
      const answer = await client.query<Row>({ text, values });
      duration.record((performance.now() - startedAt) / 1000, operation);
      return answer.rows;
    } catch (error) {
      duration.record((performance.now() - startedAt) / 1000, { ...operation, "error.type": errorType(error) });
      throw error;
    } finally {
      span.end();
    }
  }

  const traced = async (
    summary: string,
    text: string,
    values: unknown[],
    borrow: () => Promise<{ client: pg.PoolClient; giveBack: (error?: unknown) => void }>,
  ) => {
    const span = tracer.startSpan(summary, {
      kind: SpanKind.CLIENT,
      attributes: {
        ...known,
        "db.query.summary": summary,
        "db.query.text": text.replaceAll(/\s+/g, " ").trim(),
        "db.operation.name": summary.split(" ")[0] ?? "",
        "db.collection.name": summary.split(" ")[1] ?? "",
      },
    });
    return context.with(trace.setSpan(context.active(), span), async () => {
      let giveBack: (error?: unknown) => void = () => {};
      try {
        const borrowed = await borrow();
        giveBack = borrowed.giveBack;
        const rows = await run(borrowed.client, span, summary, text, values);
        giveBack();
        return rows;
      } catch (error) {
        span.setAttribute("error.type", errorType(error));
        span.setStatus({ code: SpanStatusCode.ERROR, message: (error as Error).message });
        if (error instanceof Error) span.recordException(error);
        span.end();
        giveBack(error);
        throw error;
      }
    });
  };

  const query: Query = (summary, text, values = []) =>
    traced(summary, text, values, async () => {
      const client = await connect();
      return { client, giveBack: (error) => client.release(isBroken(error)) };
    });

  const session: Database["session"] = async (work) => {
    let client: pg.PoolClient | undefined;
    let isReleased = false;
    const release = (error?: unknown) => {
      if (!isReleased) client?.release(isBroken(error));
      isReleased = true;
    };
    const on: Query = (summary, text, values = []) =>
      traced(summary, text, values, async () => {
        client ??= await connect();
        return { client, giveBack: () => {} };
      });
    return work(on, release);
  };

  return {
    query,
    session,
    transaction: (work) =>
      session(async (on, release) => {
        try {
          await on("BEGIN", "BEGIN");
          const result = await work(on);
          await on("COMMIT", "COMMIT");
          release();
          return result;
        } catch (error) {
          await on("ROLLBACK", "ROLLBACK").catch(() => {});
          (release as (error?: unknown) => void)(error);
          throw error;
        }
      }),
  };
}

const isBroken = (error: unknown): boolean =>
  error !== undefined && /terminat|ECONN|closed|timeout/i.test(String((error as Error).message));

function errorType(error: unknown): string {
  return (error as { code?: string }).code ?? (error instanceof Error ? error.name : "Error");
}

/** A socket that looks hosts up in the shop's own DNS. */
function throughOwnDns(resolve: Resolve): Socket {
  const socket = new Socket();
  const connect = socket.connect.bind(socket);
  const own = (port: number, host: string) => connect({ port, host, lookup: asLookup(resolve) });
  return Object.assign(socket, { connect: own as unknown as Socket["connect"] });
}
