import type { LogSeverity } from "../../core/observation.ts";
import type { Database } from "../../store/database.ts";
import type { Intake } from "../intake.ts";
import type { Attributes, ReceivedSpan } from "../otlp/received.ts";
import { BUCKET_MILLISECONDS } from "../settings.ts";
import { minuteOf } from "./minutes.ts";
import type { NewEntries, ResourceRef } from "./registry.ts";

/** Buckets before the last one that was written may still have been gathering late spans. */
const REPAIR_MILLISECONDS = 30_000;
/** Spans before those that are counted, so that no trace is judged by its second half. */
const OVERLAP_MILLISECONDS = 10_000;
const MOST_SPANS = 300_000;
const TEMPLATES_RESTORED = 20_000;

/**
 * After a crash, raw spans are on disk whose roll-ups were still in memory. The last buckets are therefore taken away and
 * counted again from the raw spans. Gives back how many spans that were; 0 after an orderly stop.
 */
export async function repairRollups(
  database: Database,
  intake: Intake,
  entries: NewEntries,
  now: number,
): Promise<number> {
  const [clean] = await database.query("delete from rule_state where name = 'clean-stop' returning 1 as found");
  if (clean) return 0;
  const [last] = await database.query<{ bucket_at: number | null }>("select max(bucket_at) as bucket_at from rollups");
  const [lastSpan] = await database.query<{ end_at: number | null }>(
    `select max(end_at) as end_at from spans
     where ${minuteOf("end_at")} = (select max(${minuteOf("end_at")}) from spans where end_at >= $1) and end_at >= $1`,
    [now - 3_600_000],
  );
  if (!lastSpan?.end_at) return 0;
  const from = floorToBucket((last?.bucket_at ?? lastSpan.end_at - 60_000) - REPAIR_MILLISECONDS);
  const rows = await database.query<{
    end_at: number;
    start_at: number;
    duration_seconds: number;
    trace_id: string;
    span_id: string;
    parent_span_id: string;
    operation_id: number;
    status: number;
    details: {
      name?: string;
      kind?: number;
      message?: string;
      attributes?: Attributes;
      events?: ReceivedSpan["events"];
    };
  }>(
    `select * from spans where ${minuteOf("end_at")} >= ${minuteOf("$1::bigint")} and end_at >= $1 order by end_at limit $2`,
    [from - OVERLAP_MILLISECONDS, MOST_SPANS],
  );
  await database.query("delete from rollups where bucket_at >= $1", [from]);
  const resources = new Map<number, ResourceRef>(entries.operations.map(({ id, resource }) => [id, resource]));
  let counted = 0;
  for (const row of rows) {
    const resource = resources.get(row.operation_id);
    if (!resource) continue;
    const { name = "", kind = 0, message = "", attributes = {}, events = [] } = row.details ?? {};
    intake.recount(
      resource,
      {
        traceId: row.trace_id,
        spanId: row.span_id,
        parentSpanId: row.parent_span_id,
        name,
        kind,
        startAt: row.start_at,
        endAt: row.start_at + row.duration_seconds * 1000,
        status: row.status,
        statusMessage: message,
        attributes,
        events,
        links: [],
      },
      now,
    );
    counted++;
  }
  intake.sweep(now, true, from);
  return counted;
}

function floorToBucket(at: number): number {
  return Math.floor(at / BUCKET_MILLISECONDS) * BUCKET_MILLISECONDS;
}

/** So that templates seen before do not look new. */
export async function restoreTemplates(database: Database, intake: Intake): Promise<void> {
  const rows = await database.query<{
    id: string;
    service: string;
    namespace: string;
    severity: LogSeverity;
    message: string;
  }>("select id, service, namespace, severity, message from templates order by first_seen_at limit $1", [
    TEMPLATES_RESTORED,
  ]);
  for (const row of rows) intake.logs.restore(row);
}
