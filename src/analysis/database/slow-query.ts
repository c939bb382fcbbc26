import { against, databaseActivity, defineCheck, finding, quiet, unknown } from "../../core/check.ts";
import { predicate } from "../predicate.ts";
import { percent, seconds, times } from "../words.ts";
import { statementsOfJobs } from "./job-session.ts";
import { shortQuery, statementCosts, usualSlowdown } from "./statement-costs.ts";

/**
 * One statement that became slow while the others did not, or a new one that takes most of the time. Refuted when
 * sessions wait for locks, or when everything became slower alike. What a job runs is `noisy-neighbour`'s.
 */
export const slowQuery = defineCheck({
  id: "slow-query",
  faultClass: "slow-query",
  appliesTo: ["database"],
  needs: { activity: databaseActivity },
  thresholds: {
    timeRatio: 3,
    /** Of all time spent in statements. */
    timeShare: 0.3,
    /** Nobody feels a statement below that. */
    leastSeconds: 0.005,
  },
  examine({ entity, activity }, { timeRatio, timeShare, leastSeconds }) {
    const [state] = activity.items;
    if (!state) return unknown(activity.why ?? "what the database does cannot be seen");
    if (state.statements.length === 0) return unknown("the database keeps no statistics of its statements");
    const waiting = state.blockers.reduce((sum, blocker) => sum + blocker.waiting, 0);
    const costs = statementCosts(state);
    const ofJobs = statementsOfJobs(state);
    const slow = costs.filter((cost) => {
      if (ofJobs.has(cost.index)) return false;
      if (cost.statement.meanSeconds < leastSeconds || cost.timeShare < timeShare) return false;
      const isNew = cost.statement.before === null || cost.statement.before.calls === 0;
      if (isNew) return costs.some((other) => other.timeRatio !== null);
      return (cost.timeRatio ?? 0) >= timeRatio;
    });
    const [worst] = slow;
    if (!worst) {
      const known = costs.filter((cost) => cost.timeRatio !== null);
      return known.length > 0 && known.every((cost) => (cost.timeRatio ?? 0) < 1.5)
        ? against("no statement is slower than before")
        : quiet();
    }
    if (waiting > 0) return against(`statements wait for locks: ${waiting} ${waiting === 1 ? "session" : "sessions"}`);
    const others = usualSlowdown(costs, worst);
    if (worst.timeRatio !== null && others !== null && others >= worst.timeRatio / 2)
      return against("all statements became slower alike");
    const { statement, index } = worst;
    return finding({
      entity,
      evidence: "query-cost",
      effect: worst.timeRatio ?? 1 / Math.max(1 - worst.timeShare, 0.01),
      sentence: `“${shortQuery(statement.query)}” takes ${seconds(statement.meanSeconds)} a call${worst.timeRatio === null ? ", and was not seen before" : `, ${times(worst.timeRatio)} as long as before`}: ${percent(worst.timeShare)} of the database's time`,
      predicate: predicate.field(entity, `statements.${index}.meanSeconds`, ">=", statement.meanSeconds * 0.98),
    });
  },
});
