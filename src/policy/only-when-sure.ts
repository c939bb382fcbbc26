import { abstain, ask, definePolicyRule } from "./define-policy-rule.ts";

/** Below "probably" a person decides: policy trusts causes, not guesses. */
export const onlyWhenSure = definePolicyRule({
  id: "only-when-sure",
  rule(_action, { probability, isUndo }) {
    if (isUndo || probability === null || probability >= 0.7) return abstain(); // .7: where UX says "probably"
    return ask(`the cause is only ${Math.round(probability * 100)} % likely`);
  },
});
