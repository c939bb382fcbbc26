import { abstain, definePolicyRule, deny } from "./define-policy-rule.ts";

/** Actions that stop things by hand stop one instance at a time. */
export const oneInstanceAtOnce = definePolicyRule({
  id: "one-instance-at-once",
  rule(action, { instancesAtOnce }) {
    if (action.kind !== "restart-instance") return abstain();
    return instancesAtOnce > 1 ? deny(`${instancesAtOnce} instances would stop at once; one is allowed`) : abstain();
  },
});
