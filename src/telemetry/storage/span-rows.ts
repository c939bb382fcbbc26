import type { ReceivedSpan } from "../otlp/received.ts";
import { packHistogram } from "../rollup/log-histogram.ts";
import type { RollupCell } from "../rollup/rollup.ts";
import { jsonColumn, pushRow } from "./copy-rows.ts";
import type { Batch } from "./writer.ts";

/** Longest JSON kept beside a span; above, only the span's own columns. */
const LONGEST_DETAILS = 16_000;

export function pushCell(batch: Batch, cell: RollupCell): void {
  const { offset, counts } = packHistogram(cell.histogram);
  pushRow(batch.buffers.rollups, cell.bucketAt, [
    cell.bucketAt,
    cell.operation.id,
    cell.measure,
    cell.count,
    cell.errors,
    cell.sumSeconds,
    cell.maxSeconds,
    offset,
    counts,
    cell.timeouts,
    cell.connectErrors,
    cell.rateLimited,
    cell.retries,
    cell.dnsErrors,
    cell.redelivered,
    cell.reasons ? jsonColumn(Object.fromEntries(cell.reasons)) : null,
    cell.statuses ? jsonColumn(Object.fromEntries(cell.statuses)) : null,
  ]);
}

/** All of a span that has no column of its own. */
export function detailsOf(span: ReceivedSpan): string {
  const details = {
    name: span.name,
    kind: span.kind,
    message: span.statusMessage === "" ? undefined : span.statusMessage,
    attributes: span.attributes,
    events: span.events.length === 0 ? undefined : span.events.slice(0, 8),
    links: span.links.length === 0 ? undefined : span.links.slice(0, 8),
  };
  const text = jsonColumn(details);
  if (text.length <= LONGEST_DETAILS) return text;
  return jsonColumn({ name: span.name, kind: span.kind, message: details.message?.slice(0, 500), isShortened: true });
}
