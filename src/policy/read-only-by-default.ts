import { abstain, definePolicyRule, deny } from "./define-policy-rule.ts";

/** Where nobody opened an environment for writes, midwatch only reads. */
export const readOnlyByDefault = definePolicyRule({
  id: "read-only-by-default",
  rule(action, { environment }) {
    if (environment === undefined) return deny(`environment ${action.environment} is not declared: read-only`);
    return environment.writes === "never" ? deny(`environment ${action.environment} is read-only`) : abstain();
  },
});
