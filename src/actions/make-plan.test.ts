import { describe, expect, it } from "vitest";
import { makePlan, planDigest } from "./make-plan.ts";
import { answerOf, now, proposed } from "./situation.testing.ts";

const badRelease = { cause: "bad-release", trigger: { before: "v1", after: "v2" } } as const;

/** For shop, complained about by errors at front. */
function planFor(given: Parameters<typeof proposed>[0]) {
  const proposal = proposed(given);
  if (proposal.kind !== "action") throw new Error("expected an action");
  return makePlan({
    id: "p",
    proposal,
    answer: answerOf(proposal.hypothesis),
    symptoms: [{ entityId: "e-front", concept: "request.error_ratio", direction: "up", reportedAt: now, sentence: "" }],
    dryRun: null,
    nameOf: (id) => id,
    observationIds: [],
    before: { from: now - 1, to: now },
    horizonSeconds: 600,
    holdSeconds: 900,
    now,
    expiresAt: now + 1,
  });
}

describe("a plan", () => {
  it("is bound by a digest over everything that was shown", () => {
    const plan = planFor(badRelease);
    expect(planDigest(plan)).toBe(plan.digest);
    expect(planDigest({ ...plan, title: "something else" })).not.toBe(plan.digest);
    expect(plan.inverse?.parameters).toEqual({ version: "v2" });
    expect(plan.preconditions[0]?.revision).toBe("r0");
  });

  it("is measured by what the complaint was about, and guarded by the errors of what it touches", () => {
    const { signals } = planFor(badRelease).verification;
    expect(signals.map(({ entityId, concept, role }) => `${role} ${concept} of ${entityId}`)).toEqual([
      "primary request.error_ratio of e-front",
      "guard request.error_ratio of e-shop",
    ]);
  });

  it("pages instead of undoing when there is nothing to undo with", () => {
    expect(planFor({ cause: "memory-leak" }).whenBlind).toBe("page");
  });
});
