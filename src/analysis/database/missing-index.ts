import { against, changes, databaseActivity, defineCheck, finding, quiet, unknown } from "../../core/check.ts";
import { couldSetOff } from "../changes/change-mechanism.ts";
import { predicate } from "../predicate.ts";
import { clock, count, times } from "../words.ts";
import { shortQuery, statementCosts, tablesOf } from "./statement-costs.ts";

/**
 * A statement that reads a whole table for few rows: its blocks a call went up together with sequential scans of a table
 * that it names. Refuted when no statement touches more blocks than before.
 */
export const missingIndex = defineCheck({
  id: "missing-index",
  faultClass: "missing-index",
  appliesTo: ["database"],
  needs: { activity: databaseActivity, change: changes },
  thresholds: {
    /** Five times the blocks: growth of a table or another mix of values moves blocks by less. */
    blocksRatio: 5,
    /** And it is felt: twice the time a call. */
    timeRatio: 2,
    /** Of the database's time: a report that runs twice a day hurts nobody. */
    timeShare: 0.1,
    /** Below, reading the table whole is what a good planner does (PostgreSQL: a page holds about a hundred rows). */
    leastRows: 1000,
    /** Without figures of before: blocks a call for each row that comes out. An index read needs about four. */
    blocksPerRow: 100,
  },
  examine({ entity, activity, change }, thresholds) {
    const [state] = activity.items;
    if (!state) return unknown(activity.why ?? "what the database does cannot be seen");
    if (state.statements.length === 0) return unknown("the database keeps no statistics of its statements");
    const costs = statementCosts(state);
    const isComparable = costs.some(({ blocksRatio }) => blocksRatio !== null);
    const suspects = costs.flatMap((cost) => {
      const { statement, blocksRatio, timeRatio, timeShare } = cost;
      if (timeShare < thresholds.timeShare) return [];
      const scanned = tablesOf(statement.query, state.tables).filter(
        ({ table }) => table.liveRows >= thresholds.leastRows && hasMoreScans(table),
      );
      const [worst] = scanned.sort(
        (left, right) => right.table.rowsReadSequentiallyPerSecond - left.table.rowsReadSequentiallyPerSecond,
      );
      if (!worst) return [];
      const isDearer =
        blocksRatio !== null && blocksRatio >= thresholds.blocksRatio && (timeRatio ?? 1) >= thresholds.timeRatio;
      // A statement of which nothing is known before is new, or was rare: it is news only where its table's scans rose too.
      // A dear statement that was always there is an oddity of this estate.
      const isDear =
        blocksRatio === null &&
        worst.table.before !== null &&
        statement.blocksPerCall >= thresholds.blocksPerRow * Math.max(statement.rowsPerCall, 1);
      return isDearer || isDear ? [{ cost, ...worst }] : [];
    });
    const [worst] = suspects;
    if (!worst) {
      if (isComparable && costs.every(({ blocksRatio }) => blocksRatio === null || blocksRatio < 1.5))
        return against("no statement reads more than before");
      return quiet();
    }
    const { cost, table, index } = worst;
    const { statement, blocksRatio } = cost;
    const dropped = change.items
      .filter((each) => couldSetOff(each, "missing-index") >= 0.5)
      .sort((left, right) => right.at - left.at)[0];
    const effect = blocksRatio ?? statement.blocksPerCall / Math.max(4, 4 * statement.rowsPerCall);
    return finding({
      entity,
      evidence: "query-cost",
      effect,
      sentence: `“${shortQuery(statement.query)}” reads ${count(statement.blocksPerCall, "block")} a call for ${count(statement.rowsPerCall, "row")}${blocksRatio === null ? "" : `, ${times(blocksRatio)} as many as before`}; ${table.table} (${count(table.liveRows, "row")}) is read from end to end ${count(table.sequentialScansPerSecond, "time")} a second${dropped ? `; an index was dropped at ${clock(dropped.at)}` : ""}`,
      predicate: predicate.all(
        predicate.field(entity, `statements.${cost.index}.blocksPerCall`, ">=", statement.blocksPerCall * 0.98),
        predicate.field(entity, `tables.${index}.sequentialScansPerSecond`, ">", 0),
      ),
      changeId: dropped?.id ?? null,
      refutes: [
        { entityId: entity.id, faultClass: "lock-contention", why: "the statement works, it does not wait" },
        {
          entityId: entity.id,
          faultClass: "database-overloaded",
          why: "one statement became dear, not all of them more",
        },
      ],
    });
  },
});

type Table = {
  sequentialScansPerSecond: number;
  rowsReadSequentiallyPerSecond: number;
  liveRows: number;
  before: { sequentialScansPerSecond: number } | null;
};

/** Twice as many scans as before; where nothing is known of before, at least one in ten seconds. */
function hasMoreScans(table: Table): boolean {
  if (table.before === null) return table.sequentialScansPerSecond >= 0.1;
  return (
    table.sequentialScansPerSecond >= 0.05 &&
    table.sequentialScansPerSecond >= 2 * table.before.sequentialScansPerSecond
  );
}
