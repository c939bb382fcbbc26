import { it } from "vitest";
import { measureSymptoms } from "./measure-symptoms.ts";
import { examineScope } from "./examine-scope.ts";
import { planRound } from "./plan-round.ts";
import { simulateWorld } from "./testing/simulated-world.ts";
import { serviceGraphAttribution } from "../analysis/graph/service-graph-attribution.ts";
import { symptomNeeds } from "./measure-symptoms.ts";
for (const [fault, seed] of [["pool lowered", 3], ["wrong address", 3], ["cache too small", 3]] as const)
it(fault, async () => {
  const world = simulateWorld({ seed, fault });
  const name = (id: string) => Object.entries(world.estate.role).find(([, each]) => each === id)?.[0] ?? id;
  const obs = await Promise.all(planRound([serviceGraphAttribution], world.scope, [], symptomNeeds(world.scope)).map((p) => world.observe(p.request)));
  const m = measureSymptoms(world.scope, obs);
  console.log(fault, name(world.scope.symptoms[0]!.entityId), m.isTrouble, JSON.stringify(m.signals.map((s) => [s.concept, s.harm, s.shift.now, s.shift.usual.median, s.onset])));
  for (const a of examineScope([serviceGraphAttribution], world.scope, obs)) console.log(a.kind, a.kind === "finding" ? [name(a.finding.entityId), a.finding.evidence, a.finding.effect, a.finding.sentence] : a.why);
});
