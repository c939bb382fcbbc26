import { abstain, definePolicyRule, deny } from "./define-policy-rule.ts";

/** A state that is itself suspect is not put back by anybody but a person. */
export const suspectState = definePolicyRule({
  id: "suspect-state",
  rule(_action, { restoresSuspectState, isUndo }) {
    if (!isUndo || !restoresSuspectState) return abstain();
    return deny("the state before is what is suspected: a person has to put it back");
  },
});
