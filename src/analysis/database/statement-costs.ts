import type { DatabaseActivity } from "../../core/observation.ts";

type Statement = DatabaseActivity["statements"][number];
type Table = DatabaseActivity["tables"][number];

type StatementCost = {
  statement: Statement;
  index: number;
  /** Mean time a call now over before; null when nothing is known of before. */
  timeRatio: number | null;
  /** Blocks a call now over before; null likewise. */
  blocksRatio: number | null;
  /** Share of all statements' time in this window, 0 to 1. */
  timeShare: number;
};

/** Fewer calls than that have no mean. */
const fewestCalls = 3;
/** A block a call or less is nothing to compare with: one more doubles it. */
const leastBlocks = 4;

/** Every statement with what a call costs now against before, the dearest first. */
export function statementCosts(activity: DatabaseActivity): StatementCost[] {
  const total = activity.statements.reduce((sum, { totalSeconds }) => sum + totalSeconds, 0);
  return activity.statements
    .map((statement, index): StatementCost => {
      const { before } = statement;
      const comparable = before !== null && before.calls >= fewestCalls && statement.calls >= fewestCalls;
      return {
        statement,
        index,
        timeRatio: comparable && before.meanSeconds > 0 ? statement.meanSeconds / before.meanSeconds : null,
        blocksRatio: comparable
          ? Math.max(statement.blocksPerCall, leastBlocks) / Math.max(before.blocksPerCall, leastBlocks)
          : null,
        timeShare: total > 0 ? statement.totalSeconds / total : 0,
      };
    })
    .sort((left, right) => right.timeShare - left.timeShare);
}

/** Tables that a statement names, as far as words tell. */
export function tablesOf(query: string, tables: readonly Table[]): { table: Table; index: number }[] {
  const words = new Set(query.toLowerCase().match(/[a-z_][\w$]*/g) ?? []);
  return tables.flatMap((table, index) => {
    const name = table.table.toLowerCase().split(".").at(-1) ?? "";
    return words.has(name.replaceAll('"', "")) ? [{ table, index }] : [];
  });
}

/** Middle of the other statements' time ratios: above 1 when everything became slower. Null for fewer than two. */
export function usualSlowdown(costs: readonly StatementCost[], except: StatementCost): number | null {
  const others = costs
    .filter((cost) => cost !== except && cost.timeRatio !== null)
    .map(({ timeRatio }) => timeRatio as number)
    .sort((left, right) => left - right);
  return others.length < 2 ? null : (others[Math.floor((others.length - 1) / 2)] as number);
}

export function shortQuery(query: string): string {
  const line = query.replace(/\s+/g, " ").trim();
  return line.length > 100 ? `${line.slice(0, 97)}…` : line;
}
