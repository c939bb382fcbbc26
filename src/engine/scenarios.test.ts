import { describe, expect, it } from "vitest";
import { allChecks } from "../analysis/catalogue.ts";
import type { Answer } from "../core/answer.ts";
import { runChecks } from "./run-checks.ts";
import { simulatedFaults } from "./testing/simulated-faults.ts";
import { simulateWorld, type World, type WorldOptions } from "./testing/simulated-world.ts";

const faults = Object.keys(simulatedFaults);

async function answerTo(options: WorldOptions): Promise<{ world: World; answer: Answer }> {
  const world = simulateWorld(options);
  const answer = await runChecks({
    scope: world.scope,
    checks: allChecks,
    observe: world.observe,
    recorded: [],
    budget: { seconds: 60, calls: 500, rounds: 4 },
    elapsedSeconds: () => 0,
  });
  return { world, answer };
}

/** What was said, with roles for names: read when a scenario fails. */
function said({ world, answer }: { world: World; answer: Answer }): string {
  const name = (id: string) => Object.entries(world.estate.role).find(([, each]) => each === id)?.[0] ?? id;
  const lines = answer.hypotheses.slice(0, 5).map((hypothesis) => {
    const parts = hypothesis.parts.map(
      ({ evidence, logLikelihoodRatio }) => `${evidence} ${logLikelihoodRatio.toFixed(1)}`,
    );
    return `${hypothesis.probability.toFixed(2)} ${hypothesis.faultClass}@${name(hypothesis.entityId)} (${parts.join(", ")})`;
  });
  const rest = `unknown ${answer.unknownProbability.toFixed(2)}, healthy ${answer.healthyProbability.toFixed(2)}`;
  return [`${answer.verdict}: ${answer.headline}`, ...lines, rest].join("\n");
}

const accepted = ({ fault }: World): string[] =>
  (fault?.accepts ?? []).map(({ faultClass, entityId }) => `${faultClass}@${entityId}`);

describe("an estate in which one thing broke, with decoy changes beside it", () => {
  // Another seed for each fault, so that names, places and noise differ; the batch of many seeds runs by hand.
  for (const [index, fault] of faults.entries()) {
    it(`says ${fault} first`, async () => {
      const found = await answerTo({ seed: index + 1, fault });
      expect(accepted(found.world), said(found)).toContain(found.answer.hypotheses[0]?.id);
      expect(found.answer.verdict, said(found)).toBe("cause");
      for (const { result } of found.answer.claims) expect(result).not.toBe("false");
    });
  }
});

describe("an estate in which nothing broke", () => {
  it("is healthy, whatever was changed in it", async () => {
    for (const seed of [1, 2]) {
      const found = await answerTo({ seed, fault: null });
      expect(found.answer.verdict, said(found)).toBe("healthy");
      expect(found.answer.healthyProbability).toBeGreaterThan(0.8);
    }
  });
});

describe("an estate of which little can be seen", () => {
  const blind: WorldOptions["missing"] = ["log-templates", "database-activity", "workloads", "changes", "endpoint"];

  it("leads to the place where it arises, and does not call it the cause", async () => {
    const found = await answerTo({ seed: 2, fault: "lock contention", missing: blind });
    const { role } = found.world.estate;
    expect(found.answer.verdict, said(found)).not.toBe("cause");
    expect(
      found.answer.hypotheses.slice(0, 2).map(({ entityId }) => entityId),
      said(found),
    ).toContain(role.database);
  });

  it("names what could not be seen and what that keeps open", async () => {
    const { answer } = await answerTo({ seed: 2, fault: "lock contention", missing: blind });
    const gap = answer.sight.gaps.find(({ what }) => what === "database-activity");
    expect(gap?.status).toBe("denied");
    expect(gap?.keepsOpen.map(({ faultClass }) => faultClass)).toContain("lock-contention");
    expect(answer.question).not.toBeNull();
  });

  it("does not know when nothing at all can be seen", async () => {
    const everything = [
      "request.error_ratio",
      "request.latency",
      "request.rate",
      "up",
      "queue.depth",
      "queue.oldest_age",
    ] as const;
    const world = simulateWorld({ seed: 3, fault: "erroring release", missing: [...everything, ...(blind ?? [])] });
    const answer = await runChecks({
      scope: { ...world.scope, entities: world.scope.entities.slice(0, 1), edges: [] },
      checks: allChecks,
      observe: async (request) => ({ ...(await world.observe(request)), status: "denied", body: null }),
      recorded: [],
      budget: { seconds: 60, calls: 500, rounds: 4 },
      elapsedSeconds: () => 0,
    });
    expect(answer.verdict).toBe("unknown");
    expect(answer.impact.failingRatio).toBeNull();
  });
});
