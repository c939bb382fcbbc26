import type { EntityKind } from "../../core/entity.ts";
import { counterRate, equals, ratio, type SignalConvention, sumOf } from "./convention.ts";
import { combinedLine, namedLines } from "./named-lines.ts";

/** postgres_exporter and PgBouncer's exporter. */
const speaker = { name: "postgres-exporter", priority: 80 };
const databases: EntityKind[] = ["database", "instance"];
const proxies: EntityKind[] = ["proxy", "database", "instance"];

export const postgresExporter: SignalConvention = {
  name: speaker.name,
  map(metrics) {
    const committed = counterRate("pg_stat_database_xact_commit");
    const rolledBack = counterRate("pg_stat_database_xact_rollback");
    const transactions = ["pg_stat_database_xact_commit", "pg_stat_database_xact_rollback"];
    const hit = counterRate("pg_stat_database_blks_hit");
    const read = counterRate("pg_stat_database_blks_read");
    return [
      ...combinedLine(speaker, metrics, databases, "request.rate", transactions, sumOf([committed, rolledBack])),
      ...combinedLine(
        speaker,
        metrics,
        databases,
        "request.error_ratio",
        transactions,
        ratio(rolledBack, sumOf([committed, rolledBack])),
      ),
      ...combinedLine(
        speaker,
        metrics,
        databases,
        "cache.hit_ratio",
        ["pg_stat_database_blks_hit", "pg_stat_database_blks_read"],
        ratio(hit, sumOf([hit, read])),
      ),
      ...namedLines(speaker, metrics, databases, [
        { concept: "pool.in_use", metric: "pg_stat_activity_count", form: "sum" },
        { concept: "pool.idle", metric: "pg_stat_activity_count", form: "sum", where: [equals("state", "idle")] },
        { concept: "pool.limit", metric: "pg_settings_max_connections", form: "max" },
        { concept: "disk.used", metric: "pg_database_size_bytes", form: "sum" },
        { concept: "process.start_time", metric: "pg_postmaster_start_time_seconds", form: "max" },
        { concept: "up", metric: "pg_up", form: "min" },
      ]),
      ...namedLines(speaker, metrics, proxies, [
        { concept: "pool.in_use", metric: "pgbouncer_pools_server_active_connections", form: "sum" },
        { concept: "pool.idle", metric: "pgbouncer_pools_server_idle_connections", form: "sum" },
        { concept: "pool.pending", metric: "pgbouncer_pools_client_waiting_connections", form: "sum" },
        { concept: "pool.wait", metric: "pgbouncer_pools_client_maxwait_seconds", form: "max" },
      ]),
    ];
  },
};
