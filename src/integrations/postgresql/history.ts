import type { DatabaseActivity } from "../../core/observation.ts";
import type { Instant } from "../../core/window.ts";
import type { Snapshot } from "./look.ts";

export type History = {
  keep(snapshot: Snapshot): void;
  /** Figures from `since` to now, and from what was kept before `since`; from the looks that are there. */
  ratesAt(now: Snapshot, since: Instant): Pick<DatabaseActivity, "statements" | "tables">;
};

/** An hour of looks, a quarter of a minute apart, would be 240; older ones are thinned to one in two minutes. */
const keepMilliseconds = 60 * 60_000;
const denseMilliseconds = 10 * 60_000;
const thinMilliseconds = 2 * 60_000;
/** Two looks closer than this say little about a rate. */
const shortestSpanMilliseconds = 2000;
const mostStatements = 50;

/** Keeps looks, so that counters become rates: since the window began, and in the time before it. */
export function createHistory(): History {
  let kept: Snapshot[] = [];
  return {
    keep: (snapshot) => {
      kept.push(snapshot);
      kept = thinned(kept, snapshot.at);
    },
    ratesAt: (now, since) => {
      const usable = kept.filter(
        ({ at, resetAt }) => at < now.at - shortestSpanMilliseconds && resetAt === now.resetAt,
      );
      // The last look before the window began is where the window's own figures start.
      const start = usable.findLast(({ at }) => at <= since) ?? usable[0] ?? null;
      const first = usable[0] ?? null;
      const before =
        start !== null && first !== null && start.at - first.at >= shortestSpanMilliseconds
          ? { from: first, to: start }
          : null;
      return { statements: statementsOf(now, start, before), tables: tablesOf(now, start, before) };
    },
  };
}

type Span = { from: Snapshot; to: Snapshot };

function thinned(kept: Snapshot[], now: Instant): Snapshot[] {
  let last = Number.NEGATIVE_INFINITY;
  return kept.filter(({ at }) => {
    if (now - at > keepMilliseconds) return false;
    const isKept = now - at <= denseMilliseconds || at - last >= thinMilliseconds;
    if (isKept) last = at;
    return isKept;
  });
}

/** Without an earlier look the figures are those since the statistics were last reset. */
function statementsOf(now: Snapshot, start: Snapshot | null, before: Span | null): DatabaseActivity["statements"] {
  const found = [...now.statements].map(([id, end]) => {
    const from = start?.statements.get(id);
    const during = from ? difference(from, end) : end;
    const earlier = before ? statementIn(before, id) : null;
    return {
      query: end.query,
      calls: during.calls,
      meanSeconds: during.calls > 0 ? during.seconds / during.calls : 0,
      totalSeconds: during.seconds,
      rowsPerCall: during.calls > 0 ? during.rows / during.calls : 0,
      blocksPerCall: during.calls > 0 ? during.blocks / during.calls : 0,
      before: earlier,
    };
  });
  return found
    .filter(({ calls }) => calls > 0)
    .sort((left, right) => right.totalSeconds - left.totalSeconds)
    .slice(0, mostStatements);
}

type Counters = { calls: number; seconds: number; rows: number; blocks: number };

function difference(from: Counters, to: Counters): Counters {
  // A statement that fell out of the statistics and came back counts from zero again.
  if (to.calls < from.calls) return to;
  return {
    calls: to.calls - from.calls,
    seconds: to.seconds - from.seconds,
    rows: to.rows - from.rows,
    blocks: to.blocks - from.blocks,
  };
}

function statementIn({ from, to }: Span, id: string): DatabaseActivity["statements"][number]["before"] {
  const end = to.statements.get(id);
  if (!end) return null;
  const start = from.statements.get(id);
  const during = start ? difference(start, end) : end;
  if (during.calls <= 0) return null;
  return {
    calls: during.calls,
    meanSeconds: during.seconds / during.calls,
    blocksPerCall: during.blocks / during.calls,
  };
}

function tablesOf(now: Snapshot, start: Snapshot | null, before: Span | null): DatabaseActivity["tables"] {
  return [...now.tables].map(([table, end]) => {
    const rates = start ? tableRates({ from: start, to: now }, table) : null;
    const earlier = before ? tableRates(before, table) : null;
    return {
      table,
      liveRows: end.liveRows,
      deadRows: end.deadRows,
      sequentialScansPerSecond: rates?.sequentialScansPerSecond ?? 0,
      rowsReadSequentiallyPerSecond: rates?.rowsReadSequentiallyPerSecond ?? 0,
      indexScansPerSecond: rates?.indexScansPerSecond ?? 0,
      before: earlier && {
        sequentialScansPerSecond: earlier.sequentialScansPerSecond,
        rowsReadSequentiallyPerSecond: earlier.rowsReadSequentiallyPerSecond,
      },
    };
  });
}

function tableRates({ from, to }: Span, table: string) {
  const end = to.tables.get(table);
  const start = from.tables.get(table);
  const seconds = (to.at - from.at) / 1000;
  if (!end || !start || seconds <= 0) return null;
  const perSecond = (later: number, earlier: number) => Math.max(0, later - earlier) / seconds;
  return {
    sequentialScansPerSecond: perSecond(end.sequentialScans, start.sequentialScans),
    rowsReadSequentiallyPerSecond: perSecond(end.rowsReadSequentially, start.rowsReadSequentially),
    indexScansPerSecond: perSecond(end.indexScans, start.indexScans),
  };
}
