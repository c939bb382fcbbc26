import { BUCKET_MILLISECONDS } from "../settings.ts";
import type { OperationRef } from "../storage/registry.ts";
import { bucketOf, createLogHistogram, type LogHistogram } from "./log-histogram.ts";
import type { SpanFacts } from "./span-facts.ts";

/** What a cell is about: `rollups.measure`. */
export const measures = { duration: 0, selfTime: 1, networkGap: 2 } as const;
type Measure = (typeof measures)[keyof typeof measures];

/** Increments of one operation in one bucket of time. */
export type RollupCell = {
  bucketAt: number;
  operation: OperationRef;
  measure: Measure;
  count: number;
  errors: number;
  sumSeconds: number;
  maxSeconds: number;
  histogram: LogHistogram;
  timeouts: number;
  connectErrors: number;
  rateLimited: number;
  retries: number;
  dnsErrors: number;
  redelivered: number;
  reasons: Map<string, number> | null;
  statuses: Map<string, number> | null;
};

/** Reasons and status codes kept apart in one cell; the rest is `(other)`. */
const VARIETY = 12;
/** A bucket is handed out this long after its end: exporters are rarely quicker, and half a bucket misleads. */
const GRACE_MILLISECONDS = 1_000;

/** Sums spans into buckets. A span that comes late makes a new increment for its old bucket. */
export function createRollup() {
  const buckets = new Map<number, Map<number, RollupCell>>();

  function cellOf(operation: OperationRef, measure: Measure, at: number): RollupCell {
    const bucketAt = Math.floor(at / BUCKET_MILLISECONDS) * BUCKET_MILLISECONDS;
    let cells = buckets.get(bucketAt);
    if (!cells) {
      cells = new Map();
      buckets.set(bucketAt, cells);
    }
    const key = operation.id * 4 + measure;
    let cell = cells.get(key);
    if (!cell) {
      cell = {
        bucketAt,
        operation,
        measure,
        count: 0,
        errors: 0,
        sumSeconds: 0,
        maxSeconds: 0,
        histogram: createLogHistogram(),
        timeouts: 0,
        connectErrors: 0,
        rateLimited: 0,
        retries: 0,
        dnsErrors: 0,
        redelivered: 0,
        reasons: null,
        statuses: null,
      };
      cells.set(key, cell);
    }
    return cell;
  }

  return {
    addSpan(operation: OperationRef, facts: SpanFacts, endAt: number, durationSeconds: number) {
      const cell = cellOf(operation, measures.duration, endAt);
      addDuration(cell, durationSeconds, 1);
      if (facts.isError) cell.errors++;
      if (facts.isTimeout) cell.timeouts++;
      if (facts.isConnectError) cell.connectErrors++;
      if (facts.isRateLimited) cell.rateLimited++;
      if (facts.isRetry) cell.retries++;
      if (facts.isDnsError) cell.dnsErrors++;
      if (facts.isRedelivery) cell.redelivered++;
      if (facts.reason !== null) cell.reasons = countIn(cell.reasons, facts.reason);
      if (facts.statusCode !== null) cell.statuses = countIn(cell.statuses, facts.statusCode);
    },
    /** Own time or gap of one request; `sign` −1 takes back what a late span proved wrong. */
    addMeasure(operation: OperationRef, measure: Measure, at: number, seconds: number, isError: boolean, sign: 1 | -1) {
      const cell = cellOf(operation, measure, at);
      addDuration(cell, seconds, sign);
      if (isError) cell.errors += sign;
    },
    addRetry(operation: OperationRef, at: number, sign: 1 | -1) {
      cellOf(operation, measures.duration, at).retries += sign;
    },
    /** Takes out the buckets that ended; `everything` also those that still run. */
    take(now: number, everything = false): RollupCell[] {
      const taken: RollupCell[] = [];
      for (const [bucketAt, cells] of buckets) {
        if (!everything && bucketAt + BUCKET_MILLISECONDS + GRACE_MILLISECONDS > now) continue;
        for (const cell of cells.values()) taken.push(cell);
        buckets.delete(bucketAt);
      }
      return taken;
    },
    size: () => [...buckets.values()].reduce((sum, cells) => sum + cells.size, 0),
  };
}

export type Rollup = ReturnType<typeof createRollup>;

function addDuration(cell: RollupCell, seconds: number, sign: 1 | -1): void {
  cell.count += sign;
  cell.sumSeconds += sign * seconds;
  if (sign === 1 && seconds > cell.maxSeconds) cell.maxSeconds = seconds;
  const bucket = bucketOf(seconds);
  cell.histogram[bucket] = (cell.histogram[bucket] as number) + sign;
}

function countIn(counts: Map<string, number> | null, key: string): Map<string, number> {
  if (counts === null) return new Map([[key, 1]]);
  const name = counts.has(key) || counts.size < VARIETY ? key : "(other)";
  return counts.set(name, (counts.get(name) ?? 0) + 1);
}
