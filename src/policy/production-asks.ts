import { abstain, ask, definePolicyRule } from "./define-policy-rule.ts";
import { isProduction } from "./policy-facts.ts";

/** In production a person decides, whatever else is configured. What is not declared is production. */
export const productionAsks = definePolicyRule({
  id: "production-asks",
  rule(action, facts) {
    if (facts.isUndo || !isProduction(facts)) return abstain();
    return ask(`${action.environment} is production`);
  },
});
