import { describe, expect, it } from "vitest";
import type { FaultClass } from "../core/fault.ts";
import type { ActionKind } from "../core/plan.ts";
import type { Change } from "../core/workload.ts";
import { allKinds, kindOf } from "./all-kinds.ts";
import { proposed } from "./situation.testing.ts";

describe("each kind", () => {
  /** What each is proposed for. */
  const cases: Record<ActionKind, { cause: FaultClass; trigger?: Partial<Change> }> = {
    "roll-back-release": { cause: "bad-release", trigger: { before: "v1", after: "v2" } },
    "set-flag": { cause: "feature-flag", trigger: { kind: "flag", key: "new-basket", before: false } },
    "revert-configuration": {
      cause: "bad-configuration",
      trigger: { kind: "configuration", key: "POOL_SIZE", before: "20" },
    },
    "pause-schedule": { cause: "noisy-neighbour" },
    "raise-limit": { cause: "memory-limit-too-low" },
    "scale-replicas": { cause: "traffic-surge" },
    "restart-instance": { cause: "memory-leak" },
  };

  it.each(allKinds)("$id shows an exact difference, and its inverse brings the state back", (definition) => {
    const proposal = proposed(cases[definition.id]);
    if (proposal.kind !== "action") throw new Error(proposal.sentence);
    expect(proposal.action.kind).toBe(definition.id);
    const difference = definition.difference(proposal.action, proposal.workload);
    expect(difference.length).toBeGreaterThan(0);
    for (const { before, after } of difference) expect(before).not.toBe(after);
    expect(definition.revisionOf(proposal.action, proposal.workload)).toBeTruthy();
    const inverse = definition.inverse(proposal.action, proposal.workload);
    if (inverse) {
      expect(kindOf(inverse.action.kind).parameters.safeParse(inverse.action.parameters).success).toBe(true);
      expect(
        definition.difference(inverse.action, proposal.workload).every(({ before, after }) => before === after),
      ).toBe(true);
    } else expect(definition.whenUnchanged).toBe("keep");
  });

  it("is in the list", () => expect(allKinds.map(({ id }) => id).sort()).toEqual(Object.keys(cases).sort()));
});
