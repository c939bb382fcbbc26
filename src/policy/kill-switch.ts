import { abstain, definePolicyRule, deny } from "./define-policy-rule.ts";

/** Nothing is written while a person has stopped all writes, not even an undo. */
export const killSwitch = definePolicyRule({
  id: "kill-switch",
  rule(_action, { writesStoppedBy }) {
    return writesStoppedBy === null ? abstain() : deny(`${writesStoppedBy} stopped all writes`);
  },
});
