import { describe, expect, it } from "vitest";
import type { ConceptId } from "../core/concept.ts";
import { plainAnswer, plainHypothesis } from "../core/samples.testing.ts";
import type { Symptom } from "../core/scope.ts";
import { changedClaim } from "./situation.testing.ts";
import { verificationSignals } from "./verification-signals.ts";

const impact = { failingRatio: 0.2, usualFailingRatio: 0, latencySeconds: 2, usualLatencySeconds: 0.1 };
const answer = plainAnswer({ impact: { ...plainAnswer().impact, ...impact } });

const complaint = (entityId: string, concept: ConceptId | null): Symptom => ({
  entityId,
  concept,
  direction: concept === null ? null : "up",
  reportedAt: 0,
  sentence: "",
});
const chosen = (...symptoms: Symptom[]) =>
  verificationSignals(answer, symptoms, "shop").map(({ role, entityId, concept }) => `${role} ${concept} ${entityId}`);

describe("what decides whether a fix helped", () => {
  it("is what users feel, not what runs full, in whatever order they complained", () =>
    expect(chosen(complaint("stock", "memory.working_set"), complaint("door", "request.latency"))).toEqual([
      "primary request.latency door",
      "guard request.error_ratio shop",
    ]));

  it("is what runs full where nobody is hurt yet", () =>
    expect(chosen(complaint("stock", "memory.working_set"))[0]).toBe("primary memory.working_set stock"));

  it("is errors and latency where the complaint names no signal", () =>
    expect(chosen(complaint("door", null)).slice(0, 2)).toEqual([
      "primary request.error_ratio door",
      "primary request.latency door",
    ]));

  it("tells apart whether it is well again from whether the cause is gone", () => {
    const caused = {
      ...answer,
      hypotheses: [plainHypothesis("queue-backlog", { entityId: "stock", claimIds: ["1", "2", "3"] })],
      claims: [
        changedClaim("1", "stock", "pool.pending"),
        changedClaim("2", "stock", "pool.pending"),
        changedClaim("3", "stock", "request.latency"),
      ],
    };
    const roles = verificationSignals(caused, [complaint("door", "request.latency")], "stock");
    expect(roles.map(({ role, concept, entityId }) => `${role} ${concept} ${entityId}`)).toEqual([
      "primary request.latency door",
      "cause pool.pending stock",
      "cause request.latency stock",
      "guard request.error_ratio stock",
    ]);
  });

  it("is four signals at most, and always guards what is touched", () => {
    const many = chosen(...["a", "b", "c", "d", "e"].map((id) => complaint(id, "request.latency")));
    expect(many).toHaveLength(5);
    expect(many.at(-1)).toBe("guard request.error_ratio shop");
  });
});
