import type { TraceSettings } from "../settings.ts";
import { analyseTrace, type TraceFacts, type TraceSpan } from "./analyse-trace.ts";
import { measures, type Rollup } from "./rollup.ts";

/** Counted traces are kept this long, so that a span that comes late can correct what was counted without it. */
const CORRECTION_MILLISECONDS = 20_000;
/** Ids of failing traces remembered for log lines; two generations of this many. */
const FAILING_TRACES = 50_000;

type Trace = { spans: TraceSpan[]; firstAt: number; lastAt: number; countedSpans: number };

/**
 * Holds spans until their trace is quiet, then counts what only a whole trace tells. Bounded in spans: above, the oldest
 * traces are counted early, which is told in `earlyTraces`.
 */
export function createTraceBuffer(
  settings: TraceSettings,
  rollup: Rollup,
  onProof: (proof: TraceFacts["proofs"][number]) => void,
) {
  const open = new Map<string, Trace>();
  const counted = new Map<string, Trace>();
  let spansHeld = 0;
  let earlyTraces = 0;
  let failing = new Set<string>();
  let failingBefore = new Set<string>();

  function add(traceId: string, span: TraceSpan, now: number): void {
    if (traceId === "") return;
    let trace = open.get(traceId);
    if (!trace) {
      const earlier = counted.get(traceId);
      if (earlier) {
        counted.delete(traceId);
        trace = earlier;
      } else {
        trace = { spans: [], firstAt: now, lastAt: now, countedSpans: 0 };
      }
      open.set(traceId, trace);
    }
    trace.spans.push(span);
    trace.lastAt = now;
    spansHeld++;
    if (spansHeld > settings.maximumSpans) makeRoom();
  }

  /** Some at once: to look for the oldest again and again would cost more than the counting. */
  function makeRoom(): void {
    const enough = settings.maximumSpans * 0.95;
    for (const [traceId, trace] of counted) {
      counted.delete(traceId);
      spansHeld -= trace.spans.length;
      if (spansHeld <= enough) return;
    }
    for (const [traceId, trace] of open) {
      count(traceId, trace);
      open.delete(traceId);
      spansHeld -= trace.spans.length;
      earlyTraces++;
      if (spansHeld <= enough) return;
    }
  }

  function count(traceId: string, trace: Trace): void {
    if (trace.countedSpans > 0) apply(analyseTrace(trace.spans.slice(0, trace.countedSpans)), -1);
    const facts = analyseTrace(trace.spans);
    apply(facts, 1);
    trace.countedSpans = trace.spans.length;
    if (facts.isFailing) rememberFailing(traceId);
  }

  function apply(facts: TraceFacts, sign: 1 | -1): void {
    for (const own of facts.ownTimes)
      rollup.addMeasure(own.operation, measures.selfTime, own.endAt, own.seconds, own.isErrorOrigin, sign);
    for (const call of facts.unanswered)
      rollup.addMeasure(call.operation, measures.selfTime, call.endAt, call.seconds, call.isError, sign);
    for (const gap of facts.gaps)
      rollup.addMeasure(gap.operation, measures.networkGap, gap.endAt, gap.seconds, false, sign);
    for (const retry of facts.retries) rollup.addRetry(retry.operation, retry.endAt, sign);
    if (sign === 1) for (const proof of facts.proofs) onProof(proof);
  }

  function rememberFailing(traceId: string): void {
    if (failing.size >= FAILING_TRACES) {
      failingBefore = failing;
      failing = new Set();
    }
    failing.add(traceId);
  }

  return {
    add,
    /** Counts the traces that are quiet; to be called about once a second. */
    sweep(now: number, everything = false) {
      for (const [traceId, trace] of open) {
        const isDue =
          everything ||
          now - trace.lastAt >= settings.quietSeconds * 1000 ||
          now - trace.firstAt >= settings.maximumSeconds * 1000;
        if (!isDue) continue;
        count(traceId, trace);
        open.delete(traceId);
        trace.firstAt = now;
        counted.set(traceId, trace);
      }
      for (const [traceId, trace] of counted) {
        if (now - trace.firstAt < CORRECTION_MILLISECONDS) continue;
        counted.delete(traceId);
        spansHeld -= trace.spans.length;
      }
    },
    isFailing: (traceId: string) => failing.has(traceId) || failingBefore.has(traceId),
    state: () => ({ openTraces: open.size, spansHeld, earlyTraces }),
  };
}
