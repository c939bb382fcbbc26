import type pg from "pg";
import type { Database, OpenDatabase } from "../../store/database.ts";
import type { NewTemplate } from "../logs/log-counter.ts";
import { type CopyBuffer, copyRows, createCopyBuffer, jsonColumn } from "./copy-rows.ts";
import { createPartitionKeeper, type PartitionedTable } from "./partitions.ts";
import type { NewEntries, Registry } from "./registry.ts";
import { insertEntries } from "./registry-store.ts";

export type Batch = {
  buffers: Record<PartitionedTable, CopyBuffer>;
  templates: NewTemplate[];
  proofs: Map<string, PeerProof>;
};

type PeerProof = { peerId: number; service: string; namespace: string; proofs: number; lastSeenAt: number };

export function createBatch(): Batch {
  return {
    buffers: {
      spans: createCopyBuffer(
        "spans",
        "end_at,start_at,duration_seconds,trace_id,span_id,parent_span_id,operation_id,status,is_error,reason,details",
      ),
      rollups: createCopyBuffer(
        "rollups",
        "bucket_at,operation_id,measure,count,errors,sum_seconds,max_seconds,histogram_offset,histogram,timeouts,connect_errors,rate_limited,retries,dns_errors,redelivered,reasons,statuses",
      ),
      heartbeats: createCopyBuffer("heartbeats", "bucket_at,resource_id,process_start_at"),
      points: createCopyBuffer("points", "at,series_id,start_at,value"),
      distributions: createCopyBuffer(
        "distributions",
        "at,series_id,start_at,count,sum,minimum,maximum,bounds,counts,scale,zero_count,bucket_offset,quantiles",
      ),
      log_counts: createCopyBuffer("log_counts", "bucket_at,template_id,resource_id,count,failing_traces"),
      log_lines: createCopyBuffer("log_lines", "at,template_id,resource_id,severity,text,trace_id,attributes"),
    },
    templates: [],
    proofs: new Map(),
  };
}

function isEmptyBatch(batch: Batch, entries: NewEntries): boolean {
  return (
    batch.templates.length === 0 &&
    batch.proofs.size === 0 &&
    entries.resources.length + entries.peers.length + entries.operations.length + entries.series.length === 0 &&
    Object.values(batch.buffers).every((buffer) => buffer.lines.length === 0)
  );
}

/** Writes batches, each in one transaction together with whatever it refers to for the first time. */
export function createBatchWriter(database: OpenDatabase, registry: Registry) {
  const partitions = createPartitionKeeper();
  return {
    async write(batch: Batch): Promise<void> {
      const entries = registry.pending();
      if (isEmptyBatch(batch, entries)) return;
      for (const [table, buffer] of Object.entries(batch.buffers) as [PartitionedTable, CopyBuffer][]) {
        if (buffer.lines.length > 0) await partitions.ensure(database, table, buffer.earliest, buffer.latest);
      }
      const client = await database.pool.connect();
      let broken: Error | undefined;
      const onError = (error: Error) => {
        broken = error;
      };
      client.on("error", onError);
      try {
        await client.query("begin");
        await insertEntries(clientDatabase(client), entries);
        await insertTemplates(client, batch.templates);
        await insertProofs(client, batch.proofs);
        for (const buffer of Object.values(batch.buffers)) await copyRows(client, buffer);
        await client.query("commit");
        registry.markStored(entries);
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

function clientDatabase(client: pg.PoolClient): Database {
  const database: Database = {
    query: async <Row extends pg.QueryResultRow>(text: string, values?: unknown[]) =>
      (await client.query<Row>(text, values)).rows,
    transaction: (work) => work(database),
  };
  return database;
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
        [...proofs.values()].map((proof) => ({
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
