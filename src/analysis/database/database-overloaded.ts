import { against, concept, databaseActivity, defineCheck, finding, quiet, unknown } from "../../core/check.ts";
import { predicate } from "../predicate.ts";
import { afterBaseline, bounded, levelNow } from "../recent.ts";
import { count, inUnit, percent, times } from "../words.ts";
import { statementCosts } from "./statement-costs.ts";

/** More work than the database can do: calls up over many statements, all of them slower, its machine used up. */
export const databaseOverloaded = defineCheck({
  id: "database-overloaded",
  faultClass: "database-overloaded",
  appliesTo: ["database"],
  needs: {
    activity: databaseActivity,
    usage: concept("cpu.usage"), // cores
    limit: concept("cpu.limit"), // cores
  },
  thresholds: {
    callsRatio: 1.5,
    timeRatio: 1.5,
    usedRatio: 0.9,
    /** Statements with figures of before: fewer say nothing of "all". */
    fewestStatements: 3,
  },
  examine({ entity, scope, activity, usage, limit }, thresholds) {
    const [state] = activity.items;
    if (!state) return unknown(activity.why ?? "what the database does cannot be seen");
    const costs = statementCosts(state).filter(({ timeRatio }) => timeRatio !== null);
    const [machine] = bounded(usage.items, limit.items).map((each) => ({
      ...each,
      level: levelNow(each.ratio, scope) ?? 0,
    }));
    const isFull = machine !== undefined && machine.level >= thresholds.usedRatio;
    if (costs.length < thresholds.fewestStatements)
      return isFull
        ? unknown("its processor is used up; whether by more work or by dearer work cannot be seen")
        : quiet();
    // Calls of two windows can only be compared by their mix: by how many statements rose, never by their sum.
    const slower = costs.filter(({ timeRatio }) => (timeRatio as number) >= thresholds.timeRatio);
    if (state.blockers.some(({ longestWaitSeconds }) => longestWaitSeconds >= 1))
      return against("sessions wait for locks, not for the machine");
    const dearest = costs[0];
    if (dearest && dearest.timeShare >= 0.6 && (dearest.blocksRatio ?? 1) >= 3)
      return against("one statement became dear: it is not the amount of work");
    const isSlowerAll = slower.length >= 0.6 * costs.length;
    if (!isSlowerAll) return slower.length === 0 ? against("no statement is slower than before") : quiet();
    const dearer = costs.filter(({ blocksRatio }) => (blocksRatio ?? 1) >= 2);
    if (dearer.length > 0.5 * costs.length)
      return quiet("statements read more than before: their plans, not their number");
    if (!isFull)
      return machine
        ? quiet(`all statements are slower at ${percent(machine.level)} of its processor`)
        : unknown("all statements are slower; whether its machine is used up cannot be seen");
    const ratios = slower.map(({ timeRatio }) => timeRatio as number).sort((left, right) => left - right);
    const middle = ratios[Math.floor((ratios.length - 1) / 2)] as number;
    return finding({
      entity,
      evidence: "saturation",
      effect: machine.level,
      sentence: `${entity.name} is used up: ${inUnit(machine.level * machine.limit, "{core}")} of ${inUnit(machine.limit, "{core}")}, and ${count(slower.length, "statement")} of ${costs.length} take ${times(middle)} as long as before`,
      predicate: predicate.value(
        entity,
        "cpu.usage",
        "max",
        ">=",
        thresholds.usedRatio * machine.limit,
        afterBaseline(scope),
      ),
    });
  },
});
