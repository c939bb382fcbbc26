import { digestOf } from "../core/canonical-json.ts";
import type { Action, Ruling } from "../core/plan.ts";
import { allRules } from "./all-rules.ts";
import type { PolicyRule } from "./define-policy-rule.ts";
import type { PolicyFacts } from "./policy-facts.ts";

/** May this action run? The strictest answer wins; where no rule has a say, a person is asked. All reasons are kept. */
export function decide(action: Action, facts: PolicyFacts, rules: PolicyRule[] = allRules): Ruling {
  const reasons = rules.flatMap(({ id, rule }) => {
    const answer = rule(action, facts);
    return answer.kind === "abstain" ? [] : [{ ruleId: id, kind: answer.kind, why: answer.why }];
  });
  const strictest = (["deny", "ask", "allow"] as const).find((kind) => reasons.some((reason) => reason.kind === kind));
  const deciding = reasons.filter((reason) => reason.kind === strictest);
  return {
    kind: strictest ?? "ask",
    why: deciding.map(({ why }) => why).join("; ") || "no rule says anything about it",
    reasons,
    policyVersion: policyVersion(facts),
    ruledAt: facts.now,
  };
}

/** Changes when, and only when, the configuration changes: part of what an approval stands on. */
function policyVersion({ config }: PolicyFacts): string {
  return digestOf(config).slice(0, 12);
}
