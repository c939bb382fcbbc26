import { describe, expect, it, vi } from "vitest";
import { predicate } from "../analysis/predicate.ts";
import { levelNow } from "../analysis/recent.ts";
import { canonicalJson, digestOf } from "../core/canonical-json.ts";
import { type Check, concept, defineCheck, finding, quiet } from "../core/check.ts";
import type { Observation } from "../core/observation.ts";
import { type RunChecks, runChecks } from "./run-checks.ts";
import { simulateWorld } from "./testing/simulated-world.ts";

const world = simulateWorld({ seed: 4, fault: "dependency crash" });

const slowAnswers = defineCheck({
  id: "slow-answers",
  faultClass: "cpu-saturation",
  appliesTo: ["service"],
  needs: { latency: concept("request.latency") },
  thresholds: { seconds: 0.001 },
  examine({ entity, scope, latency }, { seconds }) {
    const level = levelNow(latency.items[0], scope);
    if (level === null || level < seconds) return quiet();
    const sentence = `${entity.name} is slow`;
    return finding({
      entity,
      evidence: "shift",
      effect: 8,
      sentence,
      predicate: predicate.value(entity, "request.latency", "last", ">", 0, scope.window),
    });
  },
});
const sameNeed = defineCheck({
  id: "same-need",
  faultClass: "slow-query",
  appliesTo: ["service", "worker"],
  needs: { again: concept("request.latency") },
  thresholds: {},
  examine: () => quiet(),
});
const broken = defineCheck({
  id: "broken",
  faultClass: "disk-full",
  appliesTo: ["storage"],
  needs: { used: concept("disk.used") },
  thresholds: {},
  examine: () => {
    throw new Error("divided by nothing");
  },
});

const run = (parts: Partial<RunChecks> = {}): RunChecks => ({
  scope: world.scope,
  checks: [slowAnswers, sameNeed, broken],
  observe: world.observe,
  recorded: [],
  budget: { seconds: 60, calls: 100, rounds: 3 },
  elapsedSeconds: () => 0,
  ...parts,
});

describe("a run of checks", () => {
  it("asks each need once, for all entities that any check wants it of", async () => {
    const asked = vi.fn(world.observe);
    await runChecks(run({ observe: asked }));
    const requests = asked.mock.calls.map(([request]) => request);
    const latencies = requests.filter((request) => request.kind === "series" && request.concept === "request.latency");
    expect(latencies).toHaveLength(1);
    expect(new Set(requests.map(digestOf)).size).toBe(requests.length);
  });

  it("gives the same answer, byte for byte, in whatever order observations arrive", async () => {
    const slow: RunChecks["observe"] = async (request) => {
      await new Promise((resolve) => setTimeout(resolve, digestOf(request).charCodeAt(0) % 7));
      return world.observe(request);
    };
    const [first, second] = [
      await runChecks(run()),
      await runChecks(run({ observe: slow, checks: [broken, sameNeed, slowAnswers] })),
    ];
    expect(canonicalJson(second)).toBe(canonicalJson(first));
  });

  it("never asks again what a committed round recorded", async () => {
    const rounds: Observation[][] = [];
    const first = await runChecks(run({ onRound: async ({ observations }) => void rounds.push(observations) }));
    const asked = vi.fn(world.observe);
    const again = await runChecks(run({ observe: asked, recorded: rounds.flat() }));
    expect(asked).not.toHaveBeenCalled();
    expect(canonicalJson(again)).toBe(canonicalJson(first));
  });

  it("fences a check that throws: its class stays open, the others go on", async () => {
    const answer = await runChecks(run());
    expect(answer.hypotheses.length).toBeGreaterThan(0);
    const open = answer.sight.gaps.find(({ why }) => why.includes("divided by nothing"));
    expect(open?.keepsOpen).toEqual([{ faultClass: "disk-full", entityId: world.estate.role.storage }]);
  });

  it("takes an observer that rejects for a failed answer", async () => {
    const answer = await runChecks(run({ observe: () => Promise.reject(new Error("socket closed")) }));
    expect(answer.sight.counts.failed).toBeGreaterThan(0);
    expect(answer.verdict).toBe("unknown");
  });

  it("writes down what a budget cut off", async () => {
    const byCalls = await runChecks(run({ budget: { seconds: 60, calls: 2, rounds: 3 } }));
    expect(byCalls.cutOff.some(({ why }) => why === "calls")).toBe(true);
    const late: Check = { ...sameNeed, id: "late", round: 2, needs: { used: concept("disk.used") } };
    const byTime = await runChecks(run({ checks: [slowAnswers, late], elapsedSeconds: () => 121 }));
    expect(byTime.cutOff).toContainEqual({ what: "disk.used", why: "seconds" });
  });

  it("runs every check once even where a slow round used the time, up to twice of it", async () => {
    const late: Check = { ...sameNeed, id: "late", round: 2, needs: { used: concept("disk.used") } };
    const asked = vi.fn(world.observe);
    const answer = await runChecks(run({ checks: [slowAnswers, late], observe: asked, elapsedSeconds: () => 61 }));
    expect(asked.mock.calls.some(([request]) => request.kind === "series" && request.concept === "disk.used")).toBe(
      true,
    );
    expect(answer.cutOff).toEqual([]);
  });

  it("widens the scope along a lead, once", async () => {
    const [far, ...near] = [...world.scope.entities].reverse();
    const id = far?.id ?? "";
    const scope = {
      ...world.scope,
      entities: near,
      edges: world.scope.edges.filter(({ from, to }) => from !== id && to !== id),
    };
    const leading: Check = {
      ...slowAnswers,
      examine: (input) =>
        slowAnswers
          .examine(input)
          .map((answer) =>
            answer.kind === "finding" ? { ...answer, leads: [{ entityIds: [id], why: "it is called" }] } : answer,
          ),
    };
    const asked = vi.fn(world.observe);
    const answer = await runChecks(run({ scope, checks: [leading], observe: asked }));
    expect(asked.mock.calls.filter(([request]) => request.kind === "graph")).toHaveLength(1);
    expect(answer.blastRadius.map(({ entityId }) => entityId)).toContain(id);
  });
});
