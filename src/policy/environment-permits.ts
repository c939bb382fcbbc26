import { abstain, allow, ask, definePolicyRule } from "./define-policy-rule.ts";
import { isProduction } from "./policy-facts.ts";

/** What the configuration opens: on approval, or alone for named kinds outside production. */
export const environmentPermits = definePolicyRule({
  id: "environment-permits",
  rule(action, facts) {
    const { environment, isUndo } = facts;
    if (environment === undefined || environment.writes === "never") return abstain();
    if (isUndo) return allow("whoever approved the plan approved its undo");
    if (environment.writes === "on-approval") return ask(`environment ${action.environment} is changed on approval`);
    if (isProduction(facts) || !environment.automaticKinds.includes(action.kind)) return abstain();
    return allow(`${action.kind} may run alone in ${action.environment}`);
  },
});
