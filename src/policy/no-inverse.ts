import { abstain, ask, definePolicyRule } from "./define-policy-rule.ts";

/** What cannot be taken back is for a person to decide. */
export const noInverse = definePolicyRule({
  id: "no-inverse",
  rule(_action, { inverse, isUndo }) {
    return inverse !== null || isUndo ? abstain() : ask("it cannot be undone");
  },
});
