import type { Database } from "../../store/database.ts";
import type { RetentionSettings } from "../settings.ts";

/** Length of one partition: short enough that dropping the oldest frees little history, long enough to have few. */
const partitionedTables = {
  spans: { minutes: 10, isRaw: true },
  log_lines: { minutes: 60, isRaw: true },
  points: { minutes: 60, isRaw: false },
  distributions: { minutes: 60, isRaw: false },
  rollups: { minutes: 360, isRaw: false },
  log_counts: { minutes: 360, isRaw: false },
  heartbeats: { minutes: 360, isRaw: false },
} as const;

export type PartitionedTable = keyof typeof partitionedTables;
const partitionedTableNames = Object.keys(partitionedTables) as PartitionedTable[];

function spanOf(table: PartitionedTable): number {
  return partitionedTables[table].minutes * 60_000;
}

function nameOf(table: PartitionedTable, start: number): string {
  return `${table}_${start / 60_000}`;
}

/**
 * Partitions are only ever filled and then dropped, so there is nothing to clean up. Left to itself PostgreSQL reads and
 * writes every page once more soon after it was written, and looks at thousands of them anew whenever a tenth was added;
 * at full load that took as much as writing. How often what occurs is looked at each time the rows have doubled.
 */
const partitionOptions = "autovacuum_vacuum_insert_threshold = -1, autovacuum_analyze_scale_factor = 1";

/** Makes sure that rows of these instants have a place. Remembers what it made, so that it costs nothing most times. */
export function createPartitionKeeper(): {
  ensure(database: Database, table: PartitionedTable, earliest: number, latest: number): Promise<void>;
  forget(): void;
} {
  const known = new Set<string>();
  return {
    async ensure(database, table, earliest, latest) {
      const span = spanOf(table);
      for (let start = Math.floor(earliest / span) * span; start <= latest; start += span) {
        const name = nameOf(table, start);
        if (known.has(name)) continue;
        const found = await database.query("select from pg_class where relname = $1", [name]);
        if (found.length === 0) {
          await database.query(
            `create table if not exists ${name} partition of ${table} for values from (${start}) to (${start + span})
             with (${partitionOptions})`,
          );
        }
        known.add(name);
      }
    },
    forget: () => known.clear(),
  };
}

export type Partition = { table: PartitionedTable; name: string; startAt: number; endAt: number; bytes: number };

async function listPartitions(database: Database): Promise<Partition[]> {
  const rows = await database.query<{ table: PartitionedTable; name: string; bytes: number }>(
    `select parent.relname as table, child.relname as name, pg_total_relation_size(child.oid) as bytes
     from pg_inherits join pg_class parent on parent.oid = inhparent join pg_class child on child.oid = inhrelid
     where child.relkind = 'r' and parent.relname = any($1)`,
    [partitionedTableNames],
  );
  return rows.map((row) => {
    const startAt = Number(row.name.slice(row.table.length + 1)) * 60_000;
    return { ...row, startAt, endAt: startAt + spanOf(row.table) };
  });
}

/** The oldest instant of which this table still takes rows. */
export function oldestTaken(table: PartitionedTable, retention: RetentionSettings, now: number): number {
  const hours = partitionedTables[table].isRaw ? Math.min(retention.rawHours, retention.hours) : retention.hours;
  return now - hours * 3_600_000;
}

/**
 * Which partitions have to go: those that are wholly too old, then, while all together exceed the quota, the oldest raw
 * ones, then the oldest of any. The partition that is being written never goes: `isOver` says that the quota cannot be
 * kept. Pure.
 */
export function choosePartitionsToDrop(
  partitions: Partition[],
  retention: RetentionSettings,
  now: number,
): { drop: Partition[]; isOver: boolean } {
  const isTooOld = (partition: Partition) => partition.endAt <= oldestTaken(partition.table, retention, now);
  const drop = partitions.filter(isTooOld);
  const kept = partitions.filter((partition) => !isTooOld(partition));
  let bytes = kept.reduce((sum, partition) => sum + partition.bytes, 0);
  const candidates = kept
    .filter((partition) => partition.endAt <= now)
    .sort(
      (left, right) =>
        Number(partitionedTables[right.table].isRaw) - Number(partitionedTables[left.table].isRaw) ||
        left.startAt - right.startAt,
    );
  for (const candidate of candidates) {
    if (bytes <= retention.maximumBytes) break;
    drop.push(candidate);
    bytes -= candidate.bytes;
  }
  return { drop, isOver: bytes > retention.maximumBytes };
}

/** Drops what has to go. A partition that somebody reads for long is tried again the next time. */
export async function enforceRetention(
  database: Database,
  retention: RetentionSettings,
  now: number,
): Promise<{ dropped: string[]; isOver: boolean; bytes: number }> {
  const partitions = await listPartitions(database);
  const { drop, isOver } = choosePartitionsToDrop(partitions, retention, now);
  const dropped: string[] = [];
  for (const partition of drop) {
    try {
      await database.transaction(async (transaction) => {
        await transaction.query("set local lock_timeout = '2s'");
        await transaction.query(`drop table if exists ${partition.name}`);
      });
      dropped.push(partition.name);
    } catch {
      // locked by a reader: the next sweep tries again
    }
  }
  const bytes = partitions.filter(({ name }) => !dropped.includes(name)).reduce((sum, { bytes }) => sum + bytes, 0);
  return { dropped, isOver, bytes };
}
