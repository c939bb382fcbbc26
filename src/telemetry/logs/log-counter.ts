import { createTemplateMiner, type TemplateMiner } from "../../analysis/logs/drain.ts";
import type { LogSeverity } from "../../core/observation.ts";
import { BUCKET_MILLISECONDS } from "../settings.ts";
import type { ResourceRef } from "../storage/registry.ts";
import type { LogEntry } from "./read-record.ts";

export type NewTemplate = {
  id: string;
  service: string;
  namespace: string;
  severity: LogSeverity;
  template: string;
  exception: LogEntry["exception"];
  /** The line's words, from which an identical template can be mined again after a restart. */
  message: string;
  example: string;
  firstSeenAt: number;
};

type LogCount = { bucketAt: number; templateId: string; resource: ResourceRef; count: number };

/** Lines kept of one template in one bucket. Errors are read more. */
const LINES_KEPT = { plain: 3, error: 12 };
const TEMPLATES_PER_SERVICE = 2_000;
const SERVICES = 500;
/** Distinct traces remembered of one template in one bucket while their outcome is awaited. */
const TRACES_KEPT = 500;
/** Traces are known to have failed some seconds after the line was written: exporters wait, then the trace has to be quiet. */
const FAILING_DELAY_MILLISECONDS = 12_000;

/** Lines to templates, counts and a bounded sample. */
export function createLogCounter() {
  const miners = new Map<string, { miner: TemplateMiner; ids: Set<string>; hasNew: boolean }>();
  const sampled = new Map<string, number>();
  let sampledBucket = 0;
  const traces = new Map<string, { bucketAt: number; templateId: string; resource: ResourceRef; ids: Set<string> }>();

  function minerOf(service: string, namespace: string, severity: LogSeverity) {
    const scope = `${namespace}/${service}/${severity}`;
    let found = miners.get(scope);
    if (!found) {
      if (miners.size >= SERVICES * 3) miners.delete(miners.keys().next().value as string);
      found = {
        miner: createTemplateMiner({ scope, maximumTemplates: TEMPLATES_PER_SERVICE }),
        ids: new Set(),
        hasNew: false,
      };
      miners.set(scope, found);
    }
    return found;
  }

  return {
    /** The template of a line; `isNew` when it was never seen; `isKept` when the line belongs to the sample. */
    add(
      entry: LogEntry,
      resource: ResourceRef,
      at: number,
    ): { templateId: string; template: NewTemplate | null; bucketAt: number; isKept: boolean } {
      const bucketAt = Math.floor(at / BUCKET_MILLISECONDS) * BUCKET_MILLISECONDS;
      const known = minerOf(resource.service, resource.namespace, entry.severity);
      const found = known.miner.add(entry.message);
      let template: NewTemplate | null = null;
      if (!known.ids.has(found.id)) {
        known.ids.add(found.id);
        known.hasNew = true;
        template = {
          id: found.id,
          service: resource.service,
          namespace: resource.namespace,
          severity: entry.severity,
          template: found.text,
          exception: entry.exception,
          message: entry.message,
          example: entry.text,
          firstSeenAt: at,
        };
      }
      if (entry.traceId !== null) {
        const key = `${bucketAt}|${found.id}|${resource.id}`;
        let waiting = traces.get(key);
        if (!waiting) {
          waiting = { bucketAt, templateId: found.id, resource, ids: new Set() };
          traces.set(key, waiting);
        }
        if (waiting.ids.size < TRACES_KEPT) waiting.ids.add(entry.traceId);
      }
      return {
        templateId: found.id,
        template,
        bucketAt,
        isKept: isSampled(found.id, resource, entry.severity, bucketAt),
      };
    },
    /** Templates that turned out to be cases of another one: id → what it became, with its present text. */
    merges(): { id: string; into: string; text: string }[] {
      const merged: { id: string; into: string; text: string }[] = [];
      for (const known of miners.values()) {
        if (!known.hasNew) continue;
        known.hasNew = false;
        const texts = new Map(known.miner.templates().map(({ id, text }) => [id, text]));
        for (const id of known.ids) {
          const into = known.miner.resolve(id);
          const text = into === null ? undefined : texts.get(into);
          if (into !== null && text !== undefined) merged.push({ id, into, text });
        }
      }
      return merged;
    },
    /** Counts of distinct failing traces, for buckets whose traces are decided by now. */
    takeFailing(now: number, isFailing: (traceId: string) => boolean): (LogCount & { failingTraces: number })[] {
      const rows: (LogCount & { failingTraces: number })[] = [];
      for (const [key, waiting] of traces) {
        if (waiting.bucketAt + BUCKET_MILLISECONDS + FAILING_DELAY_MILLISECONDS > now && traces.size < 20_000) continue;
        traces.delete(key);
        let failingTraces = 0;
        for (const id of waiting.ids) if (isFailing(id)) failingTraces++;
        if (failingTraces > 0) rows.push({ ...waiting, count: 0, failingTraces });
      }
      return rows;
    },
    /** Teaches the miner what an earlier process saw, so that nothing old looks new. */
    restore(template: { id: string; service: string; namespace: string; severity: LogSeverity; message: string }) {
      const known = minerOf(template.service, template.namespace, template.severity);
      known.miner.add(template.message);
      known.ids.add(template.id);
    },
  };

  function isSampled(templateId: string, resource: ResourceRef, severity: LogSeverity, bucketAt: number): boolean {
    if (bucketAt > sampledBucket) {
      sampledBucket = bucketAt;
      sampled.clear();
    }
    const key = `${templateId}|${resource.id}`;
    const kept = sampled.get(key) ?? 0;
    const limit = severity === "error" || severity === "fatal" ? LINES_KEPT.error : LINES_KEPT.plain;
    if (kept >= limit) return false;
    sampled.set(key, kept + 1);
    return true;
  }
}
