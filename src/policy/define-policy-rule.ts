import type { Action } from "../core/plan.ts";
import type { PolicyFacts } from "./policy-facts.ts";

export type RuleAnswer = { kind: "allow" | "ask" | "deny"; why: string } | { kind: "abstain" };

/** One reason to allow, ask or deny. Names itself in every ruling that it had a say in. */
export type PolicyRule = { id: string; rule(action: Action, facts: PolicyFacts): RuleAnswer };

export function definePolicyRule(definition: PolicyRule): PolicyRule {
  return definition;
}

export const allow = (why: string): RuleAnswer => ({ kind: "allow", why });
export const ask = (why: string): RuleAnswer => ({ kind: "ask", why });
export const deny = (why: string): RuleAnswer => ({ kind: "deny", why });
export const abstain = (): RuleAnswer => ({ kind: "abstain" });
