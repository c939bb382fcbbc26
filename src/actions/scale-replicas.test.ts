import { describe, expect, it } from "vitest";
import type { Claim } from "../core/answer.ts";
import { plainHypothesis } from "../core/samples.testing.ts";
import { answerOf, changedClaim, proposedFor, said, shop } from "./situation.testing.ts";

describe("more instances", () => {
  it("are twice as many in a surge", () =>
    expect(said({ cause: "traffic-surge" })).toEqual({ "scale-replicas": { replicas: 4 } }));

  it("are as many as before where some were taken away", () => {
    const trigger = { kind: "scale", before: { replicas: 3 }, after: { replicas: 2 } } as const;
    expect(said({ cause: "cpu-saturation", trigger })).toEqual({ "scale-replicas": { replicas: 3 } });
  });

  it("are never more than twice what a person set", () => {
    const workload = { replicas: { desired: 4, ready: 4, declared: 2 } };
    expect(said({ cause: "traffic-surge", workload })).toMatch(/twice what a person set is 4/);
  });

  it("go where a surge is too much, not where it comes in", () => {
    const scaled = (...claims: Claim[]) =>
      proposedFor(answerOf(plainHypothesis("traffic-surge"), { claims }), [
        shop(),
        shop({ entityId: "e-stock", target: "stock" }),
      ]);
    const slow = changedClaim("c1", "e-stock", "request.self_time");
    expect(scaled(slow)).toMatchObject({ action: { kind: "scale-replicas", target: "stock" } });
    const failing = changedClaim("c2", "e-shop", "call.error_ratio", "e-stock");
    expect(scaled(failing)).toMatchObject({ action: { kind: "scale-replicas", target: "stock" } });
    expect(scaled()).toMatchObject({ action: { kind: "scale-replicas", target: "shop" } });
  });
});
