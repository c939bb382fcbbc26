import type { EntityKind } from "../../core/entity.ts";
import { counterRate, ratio, type SignalConvention, sumOf } from "./convention.ts";
import { combinedLine, namedLines } from "./named-lines.ts";

/** The Redis and Valkey exporters (`redis_…`; newer ones also write `valkey_…`). */
const speaker = { name: "redis-exporter", priority: 80 };
const kinds: EntityKind[] = ["cache", "database", "queue", "instance"];

export const redisExporter: SignalConvention = {
  name: speaker.name,
  map(metrics) {
    return ["redis", "valkey"].flatMap((prefix) => {
      const hits = counterRate(`${prefix}_keyspace_hits_total`);
      const looks = sumOf([hits, counterRate(`${prefix}_keyspace_misses_total`)]);
      const both = [`${prefix}_keyspace_hits_total`, `${prefix}_keyspace_misses_total`];
      const spent = `${prefix}_commands_duration_seconds_total`;
      const done = `${prefix}_commands_processed_total`;
      const perCommand = `${prefix}_commands_total`;
      return [
        ...combinedLine(speaker, metrics, kinds, "cache.hit_ratio", both, ratio(hits, looks)),
        ...combinedLine(speaker, metrics, kinds, "cache.request_rate", both, looks),
        // Mean time of a command: seconds spent in commands over commands.
        ...combinedLine(
          speaker,
          metrics,
          kinds,
          "request.latency",
          [perCommand, spent],
          ratio(counterRate(spent), counterRate(perCommand)),
        ),
        ...namedLines(speaker, metrics, kinds, [
          { concept: "request.rate", metric: done, form: "counter" },
          { concept: "cache.eviction_rate", metric: `${prefix}_evicted_keys_total`, form: "counter" },
          { concept: "cache.used", metric: `${prefix}_memory_used_bytes`, form: "sum" },
          { concept: "cache.limit", metric: `${prefix}_memory_max_bytes`, form: "sum" },
          { concept: "memory.working_set", metric: `${prefix}_memory_used_rss_bytes`, form: "sum" },
          { concept: "pool.in_use", metric: `${prefix}_connected_clients`, form: "sum" },
          { concept: "pool.limit", metric: `${prefix}_config_maxclients`, form: "sum" },
          { concept: "pool.limit", metric: `${prefix}_max_clients`, form: "sum" },
          { concept: "process.start_time", metric: `${prefix}_start_time_seconds`, form: "max" },
          { concept: "up", metric: `${prefix}_up`, form: "min" },
        ]),
      ];
    });
  },
};
