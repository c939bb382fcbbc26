import type { IncomingItem } from "../../core/item.ts";
import type { Database } from "../../store/database.ts";
import { addPacked, createLogHistogram } from "../rollup/log-histogram.ts";
import { measures } from "../rollup/rollup.ts";
import type { RequestIncrement } from "../rules/rule-input.ts";
import { rememberOperations, serviceSubject } from "../rules/subjects.ts";

/** Alerts that are open, so that a restart neither fires them again nor leaves them open for ever. */
export async function saveFiring(database: Database, items: IncomingItem[], now: number): Promise<void> {
  await database.query(
    `insert into rule_state (name, state, saved_at) values ('firing', $1, $2)
     on conflict (name) do update set state = excluded.state, saved_at = excluded.saved_at`,
    [JSON.stringify(items), now],
  );
}

export async function loadFiring(database: Database): Promise<IncomingItem[]> {
  const [row] = await database.query<{ state: IncomingItem[] }>("select state from rule_state where name = 'firing'");
  return row?.state ?? [];
}

/** Requests of every service and of its operations since `since`, in order of time: what a new process has to know to say what is usual. */
export async function loadRecentRequests(database: Database, since: number): Promise<RequestIncrement[]> {
  const rows = await database.query<{
    bucket_at: number;
    service: string;
    namespace: string;
    operation: string;
    count: number;
    errors: number;
    sum_seconds: number;
    histogram_offset: number;
    histogram: number[];
  }>(
    `select b.bucket_at, r.service, r.namespace, o.operation, b.count, b.errors, b.sum_seconds, b.histogram_offset, b.histogram
     from rollups b join operations o on o.id = b.operation_id join resources r on r.id = o.resource_id
     where b.bucket_at >= $1 and b.measure = $2 and o.role in ('server', 'consumer') and r.service <> 'unknown_service'
     order by b.bucket_at`,
    [since, measures.duration],
  );
  const operationOf = rememberOperations();
  return rows.flatMap((row): RequestIncrement[] => {
    // Whether it is an entry is told by the next tick.
    const service = serviceSubject(row.service, row.namespace, false);
    const part = operationOf(service, row.operation);
    const histogram = createLogHistogram();
    addPacked(histogram, row.histogram_offset, row.histogram);
    const { bucket_at: bucketAt, count, errors, sum_seconds: seconds } = row;
    const increment = { bucketAt, count, errors, seconds, histogram };
    return [{ subject: service, ...increment }, ...(part ? [{ subject: part, ...increment }] : [])];
  });
}
