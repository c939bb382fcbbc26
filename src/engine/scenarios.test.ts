import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Answer } from "../core/answer.ts";
import type { Check } from "../core/check.ts";
import { runChecks } from "./run-checks.ts";
import { simulatedFaults } from "./testing/simulated-faults.ts";
import { simulateWorld, type World, type WorldOptions } from "./testing/simulated-world.ts";

const seeds = [1, 2, 3];
const checks = await allChecks();

/** Every check there is, as the generated catalogue lists them. */
async function allChecks(): Promise<Check[]> {
  const root = join(import.meta.dirname, "../analysis");
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".ts") && !file.includes(".test.") && !file.endsWith("test-check.ts"),
  );
  const modules = await Promise.all(files.sort().map((file) => import(join(root, file))));
  return modules.flatMap((module) => Object.values(module).filter(isCheck));
}

function isCheck(value: unknown): value is Check {
  return value !== null && typeof value === "object" && "examine" in value && "faultClasses" in value;
}

async function answerTo(options: WorldOptions): Promise<{ world: World; answer: Answer }> {
  const world = simulateWorld(options);
  const answer = await runChecks({
    scope: world.scope,
    checks,
    observe: world.observe,
    recorded: [],
    budget: { seconds: 60, calls: 500, rounds: 4 },
    elapsedSeconds: () => 0,
  });
  return { world, answer };
}

function said({ world, answer }: { world: World; answer: Answer }): string {
  const name = (id: string) => Object.entries(world.estate.role).find(([, each]) => each === id)?.[0] ?? id;
  const lines = answer.hypotheses.slice(0, 5).map((hypothesis) => {
    const parts = hypothesis.parts.map(
      ({ evidence, logLikelihoodRatio }) => `${evidence} ${logLikelihoodRatio.toFixed(1)}`,
    );
    return `${hypothesis.probability.toFixed(2)} ${hypothesis.faultClass}@${name(hypothesis.entityId)} (${parts.join(", ")})`;
  });
  return `${answer.verdict}: ${answer.headline}\n${lines.join("\n")}\nunknown ${answer.unknownProbability.toFixed(2)} healthy ${answer.healthyProbability.toFixed(2)}`;
}

describe("an estate in which one thing broke", () => {
  for (const fault of Object.keys(simulatedFaults)) {
    for (const seed of seeds) {
      it(`names ${fault} first (seed ${seed})`, async () => {
        const found = await answerTo({ seed, fault });
        const accepted =
          found.world.fault?.accepts.map(({ faultClass, entityId }) => `${faultClass}@${entityId}`) ?? [];
        if (process.env["SHOW"]) console.log(`== ${fault} ${seed}\n${said(found)}`);
        expect(accepted, said(found)).toContain(found.answer.hypotheses[0]?.id);
      });
    }
  }
});
