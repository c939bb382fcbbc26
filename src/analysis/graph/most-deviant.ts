import type { Reading } from "../../core/check.ts";
import { type Draft, finding } from "../../core/check.ts";
import type { ConceptId, Statistic } from "../../core/concept.ts";
import { conceptDefinition } from "../../core/concept.ts";
import type { EntityId } from "../../core/entity.ts";
import { calleesOf, entityOf } from "../../core/scope.ts";
import type { Series } from "../../core/series.ts";
import { predicate } from "../predicate.ts";
import { windowNow } from "../recent.ts";
import { onsetOf } from "../statistics/onset.ts";
import { inUnit } from "../words.ts";
import { type Level, levelsOf } from "./graph-levels.ts";
import type { ServiceGraph } from "./service-graph.ts";

type Deviation = { concept: ConceptId; statistic: Statistic; level: Level };

/**
 * PRISM's additive score on the transit-contracted graph (METHODS 2): M = S_I + S_E − ln(1 + S_I + S_E) over internal and
 * external mean shifts, less the best score among an entity's own deviating callees; proxies hand on what they get. The
 * one that deviates most, if it does so beyond doubt; internal signals near zero before are never promoted.
 */
export function mostDeviant(
  graph: ServiceGraph,
  readings: { cpu: Reading<Series>; memory: Reading<Series>; depth: Reading<Series>; z: number },
): Draft | null {
  const { scope, path } = graph;
  const internal: [ConceptId, Map<EntityId, Level>][] = [
    ["cpu.usage", levelsOf(readings.cpu, scope, 0.05)],
    ["memory.working_set", levelsOf(readings.memory, scope, 5e6)],
    ["queue.depth", levelsOf(readings.depth, scope, 5)],
    ["request.self_time", graph.selfTime],
  ];
  const external: [ConceptId, Map<EntityId, Level>][] = [
    ["request.latency", graph.latency],
    ["request.error_ratio", graph.errorRatio],
  ];
  const scores = new Map<EntityId, { total: number; strongest: Deviation }>();
  for (const { id } of scope.entities) {
    const inside = strongest(internal, id);
    const outside = strongest(external, id);
    const best = [inside, outside].filter((each) => each !== null).sort((a, b) => b.level.shift.z - a.level.shift.z)[0];
    if (!best) continue;
    const sum = Math.max(0, inside?.level.shift.z ?? 0) + Math.max(0, outside?.level.shift.z ?? 0);
    scores.set(id, { total: sum - Math.log(1 + sum), strongest: best });
  }
  const isTransit = (id: EntityId) => entityOf(scope, id)?.kind === "proxy";
  const net = [...scores]
    .filter(([id, { strongest: deviation }]) => path.has(id) && !isTransit(id) && deviation.level.shift.z >= readings.z)
    .map(([id, score]) => {
      const callees = calleesOf(scope, id).flatMap(({ to }) =>
        isTransit(to) ? calleesOf(scope, to).map((edge) => edge.to) : [to],
      );
      const below = Math.max(0, ...callees.map((callee) => scores.get(callee)?.total ?? 0));
      return { id, score, value: Math.log(1 + score.total) - Math.log(1 + below) };
    })
    .sort((left, right) => right.value - left.value || (left.id < right.id ? -1 : 1));
  const [first] = net;
  if (!first || first.value <= 0) return null;
  const { concept, statistic, level } = first.score.strongest;
  const { unit, title } = conceptDefinition(concept);
  return finding({
    entity: first.id,
    evidence: "shift",
    effect: level.shift.z,
    onset: onsetOf(level.series, { direction: "up" }),
    sentence: `${entityOf(scope, first.id)?.name ?? first.id} deviates most: ${title} ${inUnit(level.now, unit)}, usually ${inUnit(level.before, unit)}, and more than anything it calls`,
    predicate: predicate.changed(first.id, concept, statistic, {
      direction: "up",
      minimumChange: (level.now - level.before) / 2,
      baseline: scope.baseline,
      window: windowNow(scope, level.series.stepSeconds),
    }),
  });
}

function strongest(signals: [ConceptId, Map<EntityId, Level>][], id: EntityId): Deviation | null {
  let best: Deviation | null = null;
  for (const [concept, levels] of signals) {
    const level = levels.get(id);
    if (!level || level.shift.z <= 0 || (concept === "cpu.usage" && level.before < 0.02)) continue;
    if (!best || level.shift.z > best.level.shift.z) best = { concept, statistic: "mean", level };
  }
  return best;
}
