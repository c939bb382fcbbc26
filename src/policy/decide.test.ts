import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Action } from "../core/plan.ts";
import { allRules } from "./all-rules.ts";
import { decide } from "./decide.ts";
import { policyConfig, readOnlyPolicy } from "./policy-config.ts";
import type { PolicyFacts } from "./policy-facts.ts";

const now = Date.UTC(2026, 10, 21, 3);
const flag: Action = {
  kind: "set-flag",
  connection: "platform/main",
  entityId: "e",
  target: "basket",
  environment: "staging",
  parameters: { value: false },
};
const restart: Action = { ...flag, kind: "restart-instance", parameters: { instance: "a" } };
const scale = (replicas: number): Action => ({ ...flag, kind: "scale-replicas", parameters: { replicas } });
const memory = (memoryBytes: number): Action => ({ ...flag, kind: "raise-limit", parameters: { memoryBytes } });
const every = ["set-flag", "restart-instance", "scale-replicas", "raise-limit", "roll-back-release"] as const;

const config = policyConfig.parse({
  environments: {
    staging: { kind: "staging", writes: "automatic", automaticKinds: [...every] },
    lab: { kind: "development", writes: "on-approval" },
    live: { kind: "production", writes: "automatic", automaticKinds: [...every] },
    closed: { kind: "staging" },
  },
  freezeWindows: [{ name: "holidays", from: "2026-12-20T00:00:00Z", to: "2027-01-02T00:00:00Z" }],
  protectedTargets: [{ target: "pay*-db", why: "payments" }],
});

function facts(changes: Partial<PolicyFacts> = {}, environment = "staging"): PolicyFacts {
  return {
    now,
    config,
    environment: config.environments[environment],
    writesStoppedBy: null,
    recentWrites: [],
    harm: null,
    declared: { replicas: 3, memoryBytes: 100, cpuCores: 1 },
    inverse: flag,
    restoresSuspectState: false,
    isUndo: false,
    instancesAtOnce: 1,
    probability: 0.95,
    ...changes,
  };
}

const kindOf = (action: Action, given: PolicyFacts) => decide(action, given).kind;
const written = (action: Action, count: number) =>
  Array.from({ length: count }, () => ({ at: now - 60_000, action, isUndo: false }));

describe("policy", () => {
  it.each<[string, Action, PolicyFacts, "allow" | "ask" | "deny"]>([
    ["a kind that may run alone in staging", flag, facts(), "allow"],
    ["nothing configured at all", flag, facts({ config: readOnlyPolicy, environment: undefined }), "deny"],
    ["an environment that is not declared", flag, facts({ environment: undefined }), "deny"],
    ["a declared environment that is not opened", flag, facts({}, "closed"), "deny"],
    ["production, although configured to run alone", flag, facts({}, "live"), "ask"],
    ["an environment that is changed on approval", flag, facts({}, "lab"), "ask"],
    ["a kind that nobody listed", { ...flag, kind: "pause-schedule" }, facts(), "ask"],
    ["writes stopped", flag, facts({ writesStoppedBy: "Ada" }), "deny"],
    ["an undo while writes are stopped", flag, facts({ writesStoppedBy: "Ada", isUndo: true }), "deny"],
    ["an undo in production", flag, facts({ isUndo: true }, "live"), "allow"],
    ["an undo that puts a suspect state back", flag, facts({ isUndo: true, restoresSuspectState: true }), "deny"],
    ["a freeze", flag, facts({ now: Date.UTC(2026, 11, 24) }), "deny"],
    ["an undo in a freeze", flag, facts({ now: Date.UTC(2026, 11, 24), isUndo: true }), "allow"],
    ["a protected target", { ...flag, target: "payments-db" }, facts(), "deny"],
    ["a target beside a protected one", { ...flag, target: "payments-db-2" }, facts(), "allow"],
    ["the thirteenth write in an hour", flag, facts({ recentWrites: written(flag, 12) }), "deny"],
    ["an undo after twelve writes", flag, facts({ recentWrites: written(flag, 12), isUndo: true }), "allow"],
    ["a fourth restart in an hour", restart, facts({ recentWrites: written(restart, 3) }), "deny"],
    ["two instances at once", restart, facts({ instancesAtOnce: 2 }), "deny"],
    ["something without an inverse", restart, facts({ inverse: null }), "ask"],
    ["twice the declared replicas", scale(6), facts(), "allow"],
    ["more than twice the declared replicas", scale(7), facts(), "deny"],
    ["twice the present replicas, when midwatch had doubled them", scale(12), facts(), "deny"],
    ["no replicas", scale(0), facts(), "deny"],
    ["half more memory than declared", memory(150), facts(), "allow"],
    ["more than half more memory", memory(151), facts(), "deny"],
    ["less memory than declared", memory(99), facts(), "deny"],
    [
      "memory when nobody knows what was declared",
      memory(99),
      facts({ declared: { replicas: null, memoryBytes: null, cpuCores: null } }),
      "deny",
    ],
    ["after a harm", flag, facts({ harm: { at: now, sentence: "errors doubled" } }), "ask"],
    ["a cause that is only perhaps", flag, facts({ probability: 0.5 }), "ask"],
  ])("%s: %s", (_title, action, given, expected) => {
    expect(kindOf(action, given)).toBe(expected);
  });

  it("asks where no rule has a say, and keeps every reason", () => {
    expect(decide(flag, facts(), []).kind).toBe("ask");
    expect(
      decide(flag, facts({ harm: { at: now, sentence: "x" } }, "live")).reasons.map(({ ruleId }) => ruleId),
    ).toEqual(["production-asks", "halt-after-harm"]);
  });

  it("is never made laxer by a further rule", () => {
    const strictness = { allow: 0, ask: 1, deny: 2 };
    fc.assert(
      fc.property(
        fc.subarray(allRules),
        fc.constantFrom("staging", "lab", "live", "closed"),
        fc.boolean(),
        (some, environment, isUndo) => {
          const given = facts({ isUndo }, environment);
          const fewer = decide(flag, given, some);
          if (fewer.reasons.length === 0) return;
          expect(strictness[decide(flag, given).kind]).toBeGreaterThanOrEqual(strictness[fewer.kind]);
        },
      ),
    );
  });

  it("has each rule in a file of its name", () => {
    expect(new Set(allRules.map(({ id }) => id)).size).toBe(allRules.length);
  });
});
