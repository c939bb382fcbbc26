import type { DatabaseActivity } from "../../core/observation.ts";
import type { Scope } from "../../core/scope.ts";

type Statement = DatabaseActivity["statements"][number];
type Table = DatabaseActivity["tables"][number];

/** A healthy database for tests, with what a case changes in it. */
export function activityOf(scope: Scope, members: Partial<DatabaseActivity>): DatabaseActivity {
  return {
    entityId: "subject",
    at: scope.now,
    connections: { used: 20, limit: 100, byClient: [] },
    blockers: [],
    running: [],
    statements: [],
    tables: [],
    replication: [],
    ...members,
  };
}

/** Before and now: calls, seconds and blocks a call. */
export function statementOf(
  query: string,
  before: [number, number, number] | null,
  now: [number, number, number],
  rowsPerCall = 1,
): Statement {
  const [calls, meanSeconds, blocksPerCall] = now;
  return {
    query,
    calls,
    meanSeconds,
    totalSeconds: calls * meanSeconds,
    rowsPerCall,
    blocksPerCall,
    before: before === null ? null : { calls: before[0], meanSeconds: before[1], blocksPerCall: before[2] },
  };
}

export function tableOf(table: string, liveRows: number, scansBefore: number, scans: number): Table {
  return {
    table,
    liveRows,
    deadRows: 0,
    sequentialScansPerSecond: scans,
    rowsReadSequentiallyPerSecond: scans * liveRows,
    indexScansPerSecond: 10,
    before: { sequentialScansPerSecond: scansBefore, rowsReadSequentiallyPerSecond: scansBefore * liveRows },
  };
}
