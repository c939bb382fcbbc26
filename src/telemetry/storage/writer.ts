import type pg from "pg";
import type { OpenDatabase } from "../../store/database.ts";
import type { NewTemplate } from "../logs/log-counter.ts";
import { type CopyBuffer, type CopyType, copyRows, createCopyBuffer, jsonColumn } from "./copy-rows.ts";
import { createPartitionKeeper, type PartitionedTable } from "./partitions.ts";
import type { NewEntries, Registry } from "./registry.ts";
import { insertEntries } from "./registry-store.ts";

export type Batch = {
  buffers: Record<PartitionedTable, CopyBuffer>;
  templates: NewTemplate[];
  proofs: Map<string, PeerProof>;
};

type PeerProof = { peerId: number; service: string; namespace: string; proofs: number; lastSeenAt: number };

/** The columns that a batch fills. A test compares them with the tables. */
export const batchColumns: Record<PartitionedTable, Record<string, CopyType>> = {
  spans: {
    end_at: "bigint",
    start_at: "double precision",
    duration_seconds: "double precision",
    trace_id: "text",
    span_id: "text",
    parent_span_id: "text",
    operation_id: "integer",
    status: "smallint",
    is_error: "boolean",
    reason: "text",
    details: "jsonb",
  },
  rollups: {
    bucket_at: "bigint",
    operation_id: "integer",
    measure: "smallint",
    count: "integer",
    errors: "integer",
    sum_seconds: "double precision",
    max_seconds: "double precision",
    histogram_offset: "smallint",
    histogram: "integer[]",
    timeouts: "integer",
    connect_errors: "integer",
    rate_limited: "integer",
    retries: "integer",
    dns_errors: "integer",
    redelivered: "integer",
    reasons: "jsonb",
    statuses: "jsonb",
  },
  heartbeats: {
    bucket_at: "bigint",
    resource_id: "integer",
    process_start_at: "bigint",
  },
  points: {
    at: "bigint",
    series_id: "integer",
    start_at: "bigint",
    value: "double precision",
  },
  distributions: {
    at: "bigint",
    series_id: "integer",
    start_at: "bigint",
    count: "double precision",
    sum: "double precision",
    minimum: "double precision",
    maximum: "double precision",
    bounds: "double precision[]",
    counts: "double precision[]",
    scale: "smallint",
    zero_count: "double precision",
    bucket_offset: "integer",
    quantiles: "jsonb",
  },
  log_counts: {
    bucket_at: "bigint",
    template_id: "text",
    resource_id: "integer",
    count: "integer",
    failing_traces: "integer",
  },
  log_lines: {
    at: "bigint",
    template_id: "text",
    resource_id: "integer",
    severity: "text",
    text: "text",
    trace_id: "text",
    attributes: "jsonb",
  },
};

export function createBatch(): Batch {
  return {
    buffers: {
      spans: createCopyBuffer("spans", batchColumns.spans),
      rollups: createCopyBuffer("rollups", batchColumns.rollups),
      heartbeats: createCopyBuffer("heartbeats", batchColumns.heartbeats),
      points: createCopyBuffer("points", batchColumns.points),
      distributions: createCopyBuffer("distributions", batchColumns.distributions),
      log_counts: createCopyBuffer("log_counts", batchColumns.log_counts),
      log_lines: createCopyBuffer("log_lines", batchColumns.log_lines),
    },
    templates: [],
    proofs: new Map(),
  };
}

function isEmptyBatch(batch: Batch): boolean {
  return (
    batch.templates.length === 0 &&
    batch.proofs.size === 0 &&
    Object.values(batch.buffers).every((buffer) => buffer.rows === 0)
  );
}

/**
 * Writes batches, each in one transaction; several may be under way. What they refer to for the first time (resources,
 * operations, series, partitions) is committed before, one batch after the other, so that none refers to what another has
 * not yet written; it means nothing without the rows, and does no harm where they do not follow.
 */
export function createBatchWriter(database: OpenDatabase, registry: Registry) {
  const partitions = createPartitionKeeper();
  let prepared: Promise<void> = Promise.resolve();

  async function prepare(batch: Batch): Promise<void> {
    for (const [table, buffer] of Object.entries(batch.buffers) as [PartitionedTable, CopyBuffer][]) {
      if (buffer.rows > 0) await partitions.ensure(database, table, buffer.earliest, buffer.latest);
    }
    const entries = registry.pending();
    if (!hasEntries(entries)) return;
    await database.transaction((transaction) => insertEntries(transaction, entries));
    registry.markStored(entries);
  }

  return {
    async write(batch: Batch): Promise<void> {
      if (isEmptyBatch(batch) && !hasEntries(registry.pending())) return;
      const preparing = prepared.then(() => prepare(batch));
      prepared = preparing.catch(() => {});
      await preparing;
      const client = await database.pool.connect();
      let broken: Error | undefined;
      const onError = (error: Error) => {
        broken = error;
      };
      client.on("error", onError);
      try {
        await client.query("begin");
        for (const buffer of Object.values(batch.buffers)) await copyRows(client, buffer);
        // Last, since another batch that proves the same waits for these rows until the commit.
        await insertTemplates(client, batch.templates);
        await insertProofs(client, batch.proofs);
        await client.query("commit");
      } catch (error) {
        partitions.forget(); // one may have been dropped meanwhile
        await client.query("rollback").catch(onError);
        throw error;
      } finally {
        client.off("error", onError);
        client.release(broken);
      }
    },
  };
}

function hasEntries({ resources, peers, operations, series }: NewEntries): boolean {
  return resources.length + peers.length + operations.length + series.length > 0;
}

async function insertTemplates(client: pg.PoolClient, templates: NewTemplate[]): Promise<void> {
  if (templates.length === 0) return;
  await client.query(
    `insert into templates (id, service, namespace, severity, template, exception, message, example, first_seen_at)
     select id, service, namespace, severity, template, exception, message, example, first_seen_at
     from jsonb_to_recordset($1) as t(id text, service text, namespace text, severity text, template text, exception jsonb,
       message text, example text, first_seen_at bigint)
     on conflict (id) do nothing`,
    [
      jsonColumn(
        templates.map(({ firstSeenAt, ...template }) => ({ ...template, first_seen_at: Math.floor(firstSeenAt) })),
      ),
    ],
  );
}

async function insertProofs(client: pg.PoolClient, proofs: Map<string, PeerProof>): Promise<void> {
  if (proofs.size === 0) return;
  await client.query(
    `insert into peer_proofs (peer_id, service, namespace, proofs, last_seen_at)
     select peer_id, service, namespace, proofs, last_seen_at
     from jsonb_to_recordset($1) as p(peer_id integer, service text, namespace text, proofs bigint, last_seen_at bigint)
     on conflict (peer_id, service, namespace) do update
       set proofs = peer_proofs.proofs + excluded.proofs, last_seen_at = greatest(peer_proofs.last_seen_at, excluded.last_seen_at)`,
    [
      jsonColumn(
        // In one order, so that two batches cannot wait for each other.
        [...proofs]
          .sort(([left], [right]) => (left < right ? -1 : 1))
          .map(([, proof]) => ({
            peer_id: proof.peerId,
            service: proof.service,
            namespace: proof.namespace,
            proofs: proof.proofs,
            last_seen_at: Math.floor(proof.lastSeenAt),
          })),
      ),
    ],
  );
}
