import { createLogCounter } from "./logs/log-counter.ts";
import { readOtlpLog } from "./logs/read-record.ts";
import { problemOf } from "./metrics/check-point.ts";
import type {
  ReceivedLogs,
  ReceivedMetric,
  ReceivedMetrics,
  ReceivedPoint,
  ReceivedSpan,
  ReceivedTraces,
} from "./otlp/received.ts";
import { logWithoutSecrets, spanWithoutSecrets } from "./otlp/without-secrets.ts";
import { createRefusals, spanProblem, timeProblem } from "./refusals.ts";
import type { TraceSpan } from "./rollup/analyse-trace.ts";
import { createRollup, type RollupCell } from "./rollup/rollup.ts";
import { type SpanFacts, spanFactsOf } from "./rollup/span-facts.ts";
import { createTraceBuffer } from "./rollup/trace-buffer.ts";
import { BUCKET_MILLISECONDS, type TelemetrySettings } from "./settings.ts";
import { appendRows, jsonColumn, pushRow } from "./storage/copy-rows.ts";
import { oldestTaken } from "./storage/partitions.ts";
import type { OperationRef, Registry, ResourceRef, SeriesRef } from "./storage/registry.ts";
import { detailsOf, pushCell } from "./storage/span-rows.ts";
import { type Batch, createBatch } from "./storage/writer.ts";

/** What became of the items of one request: how many were refused, and the reasons in one sentence. */
export type TakeResult = { taken: number; rejected: number; why: string };

/** What only counts once its batch is committed, so that a refused batch leaves no trace in roll-ups. */
type CommittedSpan = { traceId: string; facts: SpanFacts; span: TraceSpan };

/** What is remembered of a span: not its attributes, which are many. */
function traceSpanOf(operation: OperationRef, facts: SpanFacts, span: ReceivedSpan): TraceSpan {
  const { spanId, parentSpanId, startAt, endAt } = span;
  return { spanId, parentSpanId, startAt, endAt, operation, isError: facts.isError, isMarkedRetry: facts.isRetry };
}

/** Roll-up rows held while the database is away; about an hour of a middling estate. */
const MOST_ROWS_KEPT = 200_000;

/**
 * Turns decoded requests into rows and roll-ups. Nothing here waits: rows gather in a batch that the service writes and
 * commits; the sender is answered after that.
 */
export function createIntake(settings: Pick<TelemetrySettings, "retention" | "traces">, registry: Registry) {
  let batch = createBatch();
  let waitingSpans: CommittedSpan[] = [];
  const rollup = createRollup();
  const logs = createLogCounter();
  const traces = createTraceBuffer(settings.traces, rollup, ({ peer, resource, at }) => {
    const key = `${peer.id}|${resource.namespace}|${resource.service}`;
    const known = batch.proofs.get(key);
    if (known) {
      known.proofs++;
      known.lastSeenAt = Math.max(known.lastSeenAt, at);
    } else {
      const { service, namespace } = resource;
      batch.proofs.set(key, { peerId: peer.id, service, namespace, proofs: 1, lastSeenAt: at });
    }
  });
  const seen = new Map<number, Set<ResourceRef>>();
  const totals = { spans: 0, points: 0, logRecords: 0, rejected: 0 };

  function noticed(resource: ResourceRef, now: number): void {
    const bucketAt = Math.floor(now / BUCKET_MILLISECONDS) * BUCKET_MILLISECONDS;
    const set = seen.get(bucketAt);
    if (set) set.add(resource);
    else seen.set(bucketAt, new Set([resource]));
  }

  function takeTraces(groups: ReceivedTraces, now: number): TakeResult {
    const refusals = createRefusals();
    const oldest = oldestTaken("spans", settings.retention, now);
    let taken = 0;
    for (const { resource: attributes, items } of groups) {
      const resource = registry.resourceOf(attributes, now);
      if (!resource) {
        refusals.add("too many different resources", items.length);
        continue;
      }
      noticed(resource, now);
      for (const span of items) {
        const problem = spanProblem(span, oldest, now);
        if (problem) {
          refusals.add(problem, 1);
          continue;
        }
        takeSpan(resource, span, now);
        taken++;
      }
    }
    totals.spans += taken;
    totals.rejected += refusals.count();
    return { taken, rejected: refusals.count(), why: refusals.sentence() };
  }

  function takeSpan(resource: ResourceRef, received: ReceivedSpan, now: number): void {
    const span = spanWithoutSecrets(received);
    const facts = spanFactsOf(span);
    const operation = registry.operationOf(resource, facts.role, facts.route, facts.operation, facts.peer, now);
    const durationSeconds = Math.max(0, span.endAt - span.startAt) / 1000;
    pushRow(batch.buffers.spans, span.endAt, [
      Math.floor(span.endAt),
      span.startAt,
      durationSeconds,
      span.traceId,
      span.spanId,
      span.parentSpanId,
      operation.id,
      span.status === 1 || span.status === 2 ? span.status : 0,
      facts.isError,
      facts.reason,
      detailsOf(span),
    ]);
    waitingSpans.push({ traceId: span.traceId, facts, span: traceSpanOf(operation, facts, span) });
  }

  function countSpan({ traceId, facts, span }: CommittedSpan, now: number): void {
    const durationSeconds = Math.max(0, span.endAt - span.startAt) / 1000;
    if (facts.role !== "internal") rollup.addSpan(span.operation, facts, span.endAt, durationSeconds);
    traces.add(traceId, span, now);
  }

  function takeMetrics(groups: ReceivedMetrics, now: number): TakeResult {
    const refusals = createRefusals();
    const oldest = oldestTaken("points", settings.retention, now);
    let taken = 0;
    for (const { resource: attributes, items } of groups) {
      const resource = registry.resourceOf(attributes, now);
      const points = items.reduce((sum, metric) => sum + metric.points.length, 0);
      if (!resource) {
        refusals.add("too many different resources", points);
        continue;
      }
      noticed(resource, now);
      for (const metric of items) {
        for (const point of metric.points) {
          const problem = problemOf(metric, point) ?? timeProblem(point.at, oldest, now);
          const series = problem ? null : registry.seriesOf(resource, metric, point.attributes, now);
          if (problem || !series) {
            refusals.add(problem ?? "too many different metric series", 1);
            continue;
          }
          takePoint(resource, metric, series, point);
          taken++;
        }
      }
    }
    totals.points += taken;
    totals.rejected += refusals.count();
    return { taken, rejected: refusals.count(), why: refusals.sentence() };
  }

  function takePoint(resource: ResourceRef, metric: ReceivedMetric, series: SeriesRef, point: ReceivedPoint): void {
    const { at, startAt } = point;
    if (startAt !== null && metric.temporality === "cumulative") {
      const isEarlier = resource.processStartAt === null || startAt < resource.processStartAt;
      // Streams of one process begin at different times; its start is the earliest, until all are newer than the last point.
      if (isEarlier || startAt > series.lastSeenAt) resource.processStartAt = startAt;
    }
    const rounded = startAt === null ? null : Math.floor(startAt);
    if (point.hasNoValue || !point.distribution) {
      // A row without a value: the series ended here, and nothing is to be carried over the gap.
      pushRow(batch.buffers.points, at, [Math.floor(at), series.id, rounded, point.hasNoValue ? null : point.value]);
      return;
    }
    const { count, sum, min, max, explicit, exponential, quantiles } = point.distribution;
    pushRow(batch.buffers.distributions, at, [
      Math.floor(at),
      series.id,
      rounded,
      count,
      sum,
      min,
      max,
      explicit ? explicit.bounds : null,
      explicit ? explicit.counts : exponential ? exponential.counts : null,
      exponential ? exponential.scale : null,
      exponential ? exponential.zeroCount : null,
      exponential ? exponential.offset : null,
      quantiles ? jsonColumn(quantiles) : null,
    ]);
  }

  function takeLogs(groups: ReceivedLogs, now: number): TakeResult {
    const refusals = createRefusals();
    const oldest = oldestTaken("log_lines", settings.retention, now);
    const counts = new Map<string, { bucketAt: number; templateId: string; resource: ResourceRef; count: number }>();
    let taken = 0;
    for (const { resource: attributes, items } of groups) {
      const resource = registry.resourceOf(attributes, now);
      if (!resource) {
        refusals.add("too many different resources", items.length);
        continue;
      }
      noticed(resource, now);
      for (const log of items) {
        const at = log.at ?? now;
        const problem = timeProblem(at, oldest, now);
        if (problem) {
          refusals.add(problem, 1);
          continue;
        }
        const entry = readOtlpLog(logWithoutSecrets(log));
        const { templateId, template, bucketAt, isKept } = logs.add(entry, resource, at);
        if (template) batch.templates.push(template);
        const key = `${bucketAt}|${templateId}|${resource.id}`;
        const known = counts.get(key);
        if (known) known.count++;
        else counts.set(key, { bucketAt, templateId, resource, count: 1 });
        if (isKept) {
          const { severity, text, traceId } = entry;
          const row = [Math.floor(at), templateId, resource.id, severity, text, traceId, jsonColumn(entry.attributes)];
          pushRow(batch.buffers.log_lines, at, row);
        }
        taken++;
      }
    }
    for (const { bucketAt, templateId, resource, count } of counts.values())
      pushRow(batch.buffers.log_counts, bucketAt, [bucketAt, templateId, resource.id, count, 0]);
    totals.logRecords += taken;
    totals.rejected += refusals.count();
    return { taken, rejected: refusals.count(), why: refusals.sentence() };
  }

  return {
    takeTraces,
    takeMetrics,
    takeLogs,
    logs,
    /** The rows gathered so far, and what has to be counted when they are committed. */
    takeBatch(): { batch: Batch; spans: CommittedSpan[] } {
      const result = { batch, spans: waitingSpans };
      batch = createBatch();
      waitingSpans = [];
      return result;
    },
    /**
     * What a failed batch held and no sender will repeat: roll-ups, heartbeats, proofs, templates. Spans, points and lines
     * are dropped, since their senders were told to send them again.
     */
    keepForLater(failed: Batch) {
      for (const table of ["rollups", "heartbeats"] as const) {
        const into = batch.buffers[table];
        if (into.rows + failed.buffers[table].rows > MOST_ROWS_KEPT) continue;
        appendRows(into, failed.buffers[table]);
      }
      batch.templates.unshift(...failed.templates);
      for (const [key, proof] of failed.proofs) {
        const known = batch.proofs.get(key);
        if (known) known.proofs += proof.proofs;
        else batch.proofs.set(key, proof);
      }
    },
    countSpans(spans: CommittedSpan[], now: number) {
      for (const span of spans) countSpan(span, now);
    },
    /** Counts a stored span again, for a process that starts after one that was killed. */
    recount(resource: ResourceRef, span: ReceivedSpan, now: number) {
      const facts = spanFactsOf(span);
      const operation = registry.operationOf(resource, facts.role, facts.route, facts.operation, facts.peer, now);
      countSpan({ traceId: span.traceId, facts, span: traceSpanOf(operation, facts, span) }, now);
    },
    /** Buckets that ended become rows; gives them back for the alert rules. About once a second. */
    sweep(
      now: number,
      everything = false,
      notBefore = Number.NEGATIVE_INFINITY,
    ): { cells: RollupCell[]; resources: Map<number, Set<ResourceRef>> } {
      traces.sweep(now, everything);
      const cells = rollup.take(now, everything).filter(({ bucketAt }) => bucketAt >= notBefore);
      for (const cell of cells) pushCell(batch, cell);
      const resources = new Map<number, Set<ResourceRef>>();
      for (const [bucketAt, set] of seen) {
        if (!everything && bucketAt + BUCKET_MILLISECONDS > now) continue;
        seen.delete(bucketAt);
        resources.set(bucketAt, set);
        for (const resource of set) {
          const start = resource.processStartAt === null ? null : Math.floor(resource.processStartAt);
          pushRow(batch.buffers.heartbeats, bucketAt, [bucketAt, resource.id, start]);
        }
      }
      for (const row of logs.takeFailing(now, traces.isFailing)) {
        pushRow(batch.buffers.log_counts, row.bucketAt, [
          row.bucketAt,
          row.templateId,
          row.resource.id,
          0,
          row.failingTraces,
        ]);
      }
      return { cells, resources };
    },
    state: () => ({ ...totals, ...traces.state(), openCells: rollup.size() }),
  };
}

export type Intake = ReturnType<typeof createIntake>;
