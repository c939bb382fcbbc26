import { against, concept, type Draft, defineCheck, finding, quiet, unknown } from "../../core/check.ts";
import type { EntityId } from "../../core/entity.ts";
import { entityOf } from "../../core/scope.ts";
import { predicate } from "../predicate.ts";
import { windowNow } from "../recent.ts";
import { onsetOf } from "../statistics/onset.ts";
import { list, percent } from "../words.ts";
import { callsTo } from "./call-readings.ts";
import { edgeLevelsOf, fellSilent, levelsOf } from "./graph-levels.ts";

/**
 * Something that others need answers hardly anybody any more, as its callers see it. Refuted where some of them get
 * through: then it is how the others ask. Silent on third parties: `third-party-outage` watches those.
 */
export const dependencyDown = defineCheck({
  id: "dependency-down",
  faultClass: "dependency-down",
  appliesTo: "scope",
  needs: {
    errors: concept("call.error_ratio", { keep: ["peer"] }),
    connectErrors: concept("call.connect_error_rate", { keep: ["peer"] }),
    rate: concept("call.rate", { keep: ["peer"] }),
    served: concept("request.rate"),
    answered: concept("request.error_ratio"),
    alive: concept("cpu.usage"), // any process sends it
  },
  thresholds: {
    /** Half of all calls: beyond overload, which lets some through at first. */
    failingRatio: 0.5,
    /** Those who fail no more than this get through. */
    throughRatio: 0.05,
    /** Connections refused or lost, of calls: a refusal comes from nobody listening. */
    refusedRatio: 0.2,
  },
  examine({ scope, errors, connectErrors, rate, served, answered, alive }, thresholds) {
    const ratios = edgeLevelsOf(errors, scope, 0.005, 0);
    const refused = edgeLevelsOf(connectErrors, scope, 0.02, 0);
    const rates = edgeLevelsOf(rate, scope, 0.05);
    if (!errors.isReadable && !connectErrors.isReadable) return unknown(errors.why ?? "failed calls cannot be seen");
    const requests = levelsOf(served, scope, 0.05);
    const failures = levelsOf(answered, scope, 0.005, 0);
    const runs = (id: EntityId) => {
      const own = alive.items.filter(({ entityId }) => entityId === id);
      return own.length > 0 && own.every((series) => !fellSilent(series, scope));
    };
    const answers: Draft[] = [];
    for (const entity of scope.entities) {
      if (entity.kind === "external") continue;
      const calls = callsTo(ratios, entity.id);
      const failing = calls.filter(({ key, level }) => {
        const lost = refused.get(key);
        const asked = rates.get(key)?.now ?? 0;
        const isRefused =
          lost !== undefined && asked > 0 && lost.now / asked >= thresholds.refusedRatio && lost.shift.z >= 4;
        return (
          level.shift.z >= 4 &&
          (level.now >= thresholds.failingRatio || (isRefused && level.now >= thresholds.refusedRatio))
        );
      });
      if (failing.length === 0) continue;
      // It is there and answers, with errors: what the matter is lies in it or below it.
      const own = failures.get(entity.id);
      const worstCalls = Math.max(...failing.map(({ level }) => level.now));
      if (own && (requests.get(entity.id)?.now ?? 0) > 0 && own.now >= 0.5 * worstCalls) {
        answers.push(against(`${entity.name} answers, if with errors`, { entityId: entity.id }));
        continue;
      }
      const through = calls.filter(
        ({ key, level }) => level.now <= thresholds.throughRatio && (rates.get(key)?.now ?? 0) > 0,
      );
      const names = failing.map(({ caller }) => entityOf(scope, caller)?.name ?? caller);
      if (through.length > 0) {
        const others = through.map(({ caller }) => entityOf(scope, caller)?.name ?? caller);
        answers.push(against(`${list(others)} get through to ${entity.name}`, { entityId: entity.id }));
        continue;
      }
      const worst = [...failing].sort((left, right) => right.level.now - left.level.now)[0];
      if (!worst) continue;
      answers.push(
        finding({
          entity,
          evidence: "silence",
          // Whoever goes on telling of itself runs: then it is not reached, which is another matter, or does not listen.
          effect: Math.min(1, worst.level.now) * (runs(entity.id) ? 0.5 : 1),
          onset: onsetOf(worst.level.series, { direction: "up" }),
          sentence: `${percent(worst.level.now)} of calls from ${list(names)} to ${entity.name} fail, usually ${percent(worst.level.before)}`,
          predicate: predicate.value(
            worst.caller,
            "call.error_ratio",
            "mean",
            ">=",
            worst.level.now * 0.8,
            windowNow(scope, worst.level.series.stepSeconds),
            { peer: entity.id },
          ),
        }),
      );
    }
    return answers.length > 0 ? answers : quiet("every dependency answers most calls");
  },
});
