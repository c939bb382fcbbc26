import pg from "pg";
import { z } from "zod";
import type { Connection, ConnectionReport, SourceAnswer } from "../../core/capability.ts";
import type { Entity } from "../../core/entity.ts";
import type { DatabaseActivity, Gap } from "../../core/observation.ts";
import { connectionName, type IntegrationDependencies } from "../http/http-config.ts";
import { createActivitySamples } from "./activity-samples.ts";
import { createHistory } from "./history.ts";
import { type Look, lookAt, type Session } from "./look.ts";

export const postgresqlConfig = z.strictObject({
  name: connectionName,
  type: z.literal("postgresql"),
  url: z
    .string()
    .regex(/^postgres(ql)?:\/\//, "is a postgresql:// URL")
    .describe("A role that may log in and is a member of pg_monitor; nothing else."),
  /** Which entity this database is. */
  entity: z
    .record(z.string(), z.string())
    .default({})
    .describe("How telemetry names it: `server.address: db.internal`. Without it host and database of the URL."),
  statementTimeoutSeconds: z.number().positive().max(30).default(2),
  sampleEverySeconds: z.number().positive().default(15).describe("Statistics are counters: rates need two looks."),
});

type PostgresqlConfig = z.infer<typeof postgresqlConfig>;

/** Only where pg_stat_statements is missing; the statement is light, and a second catches what is slow. */
const activitySampleSeconds = 1;

/** A PostgreSQL, 15 or newer, as its own statistics tell it. Reads only; every statement is short and bounded in time. */
export function connectPostgresql(
  config: PostgresqlConfig,
  dependencies: Pick<IntegrationDependencies, "now">,
): Connection {
  const name = `postgresql/${config.name}`;
  const place = placeOf(config.url);
  const pool = new pg.Pool({
    connectionString: config.url,
    max: 2,
    connectionTimeoutMillis: config.statementTimeoutSeconds * 1000 + 1000,
    idleTimeoutMillis: 60_000,
    application_name: "midwatch",
    statement_timeout: config.statementTimeoutSeconds * 1000,
    query_timeout: config.statementTimeoutSeconds * 1000 + 500,
    options: "-c default_transaction_read_only=on -c idle_in_transaction_session_timeout=5000",
  });
  pool.on("error", () => {}); // an idle connection that broke is replaced at the next look
  const session: Session = (text, values) =>
    pool.query(text, values).then(({ rows }) => rows as Record<string, unknown>[]);
  const history = createHistory();
  const samples = createActivitySamples();
  /** Null until the first look told. */
  let hasStatements: boolean | null = null;
  const look = async (): Promise<Look> => {
    const taken = await lookAt(session, dependencies.now());
    history.keep(taken.snapshot);
    hasStatements = taken.hasStatements;
    return taken;
  };
  const timers: NodeJS.Timeout[] = [];
  const every = (seconds: number, work: () => Promise<unknown>) => {
    let isBusy = false;
    const run = () => {
      if (isBusy) return;
      isBusy = true;
      work()
        .catch(() => {}) // the next question says what is wrong
        .finally(() => {
          isBusy = false;
        });
    };
    const timer = setInterval(run, seconds * 1000);
    timer.unref();
    timers.push(timer);
    run();
  };
  every(config.sampleEverySeconds, look);
  every(activitySampleSeconds, async () => {
    if (hasStatements === false) await samples.take(session, dependencies.now());
  });

  return {
    name,
    kind: "postgresql",
    destinations: [place.destination],
    check: async () => check(name, look),
    database: {
      readActivity: async ({ entities, window }) => {
        const own = entities.filter((entity) => isThis(entity, config, place));
        const gaps: Gap[] = entities
          .filter((entity) => !own.includes(entity))
          .map(({ id, name: called }) => ({
            entityId: id,
            status: "unmapped",
            why: `${called} is not the database of ${name}`,
          }));
        const [entity] = own;
        if (!entity) return { status: "unmapped", body: null, why: `${name} is none of what was asked about`, gaps };
        return answer(name, entity, gaps, look, (taken) => {
          const rates = history.ratesAt(taken.snapshot, window.from);
          return taken.hasStatements
            ? rates
            : { ...rates, statements: samples.statements(taken.snapshot.at, window.from) };
        });
      },
    },
    discovery: {
      discover: async (window) => {
        const attributes = {
          "db.system.name": "postgresql",
          "server.address": place.host,
          ...(place.database ? { "db.namespace": place.database } : {}),
          ...config.entity,
        };
        const claim = {
          source: name,
          name: { kind: "database" as const, scope: name, namespace: "", name: config.name },
          attributes,
          claimedAt: window.to,
        };
        return { status: "data", body: [{ claim, environment: null, business: null }], gaps: [] };
      },
    },
    close: async () => {
      for (const timer of timers) clearInterval(timer);
      await pool.end();
    },
  };
}

async function answer(
  name: string,
  entity: Entity,
  gaps: Gap[],
  look: () => Promise<Look>,
  ratesOf: (taken: Look) => Pick<DatabaseActivity, "statements" | "tables">,
): Promise<SourceAnswer<DatabaseActivity[]>> {
  const query = "pg_stat_activity, pg_locks, pg_stat_statements, pg_stat_user_tables, pg_stat_replication";
  try {
    const taken = await look();
    const { activity, notes } = taken;
    const body = [{ entityId: entity.id, ...activity, ...ratesOf(taken) }];
    const isBlind = notes.find(({ isRight }) => isRight);
    const why = notes.map(({ what }) => what).join("; ");
    const about = { query, gaps, isTainted: true };
    if (isBlind && activity.connections.used === 0)
      return { status: "denied", body: null, why, wayOut: isBlind.wayOut, ...about };
    if (notes.length > 0)
      return { status: "partial", body, why, wayOut: notes.map(({ wayOut }) => wayOut).join(" "), ...about };
    return { status: "data", body, ...about };
  } catch (thrown) {
    return {
      ...refusalOf(name, thrown),
      query,
      gaps: [...gaps, { entityId: entity.id, status: "failed", why: "the database could not be looked at" }],
    };
  }
}

async function check(name: string, look: () => Promise<Look>): Promise<ConnectionReport> {
  try {
    const { activity, notes, version } = await look();
    return {
      name,
      kind: "postgresql",
      state: notes.length > 0 ? "limited" : "ready",
      sees: [`PostgreSQL ${version}`, `${activity.connections.used} of ${activity.connections.limit} connections`],
      lacks: notes.map(({ what, wayOut }) => ({ what, wayOut })),
    };
  } catch (thrown) {
    const refusal = refusalOf(name, thrown);
    return {
      name,
      kind: "postgresql",
      state: refusal.status === "denied" ? "refused" : "unreachable",
      sees: [],
      lacks: [{ what: refusal.why ?? "no answer", wayOut: refusal.wayOut ?? "Check the URL." }],
    };
  }
}

/** 28000 and 28P01: not let in; 42501: lacks a right; 57014: took too long. Messages of the driver hold no password. */
function refusalOf(name: string, thrown: unknown): SourceAnswer<never> {
  const code = typeof thrown === "object" && thrown !== null && "code" in thrown ? String(thrown.code) : "";
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (code.startsWith("28"))
    return {
      status: "denied",
      body: null,
      why: `${name} does not let us in: ${message}`,
      wayOut: "Check user and password of the connection, and pg_hba.conf.",
      gaps: [],
    };
  if (code === "42501")
    return {
      status: "denied",
      body: null,
      why: `${name}: ${message}`,
      wayOut: "GRANT pg_monitor TO the role of the connection.",
      gaps: [],
    };
  if (code === "57014" || /timeout/i.test(message))
    return {
      status: "failed",
      body: null,
      why: `${name} did not answer in time`,
      wayOut: "Raise statementTimeoutSeconds, or see what holds the server up.",
      gaps: [],
    };
  return {
    status: "failed",
    body: null,
    why: `${name} cannot be reached: ${message || code}`,
    wayOut: "Check the address and that it runs, then run `midwatch doctor`.",
    gaps: [],
  };
}

type Place = { host: string; port: string; database: string; destination: string };

/** A socket directory stands as `host` parameter. */
function placeOf(text: string): Place {
  const url = new URL(text.replace(/@\//, "@localhost/"));
  const host = url.searchParams.get("host") ?? decodeURIComponent(url.hostname);
  const port = url.port || "5432";
  return {
    host,
    port,
    database: decodeURIComponent(url.pathname.slice(1)),
    destination: host.startsWith("/") ? host : `${host}:${port}`,
  };
}

function isThis(entity: Entity, config: PostgresqlConfig, place: Place): boolean {
  if (entity.kind !== "database") return false;
  const declared = Object.entries(config.entity);
  if (declared.length > 0)
    return declared.every(
      ([attribute, value]) => entity.attributes[attribute] === value || (attribute === "name" && entity.name === value),
    );
  const { attributes } = entity;
  if (attributes["server.address"] !== undefined && attributes["server.address"] === place.host) return true;
  return (
    entity.name === config.name ||
    (attributes["db.namespace"] !== undefined && attributes["db.namespace"] === place.database)
  );
}
