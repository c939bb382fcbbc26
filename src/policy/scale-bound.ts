import { abstain, definePolicyRule, deny } from "./define-policy-rule.ts";

/** At most twice what a person last set, never to zero; counted from the person, not from the last value. */
export const scaleBound = definePolicyRule({
  id: "scale-bound",
  rule(action, { config, declared, isUndo }) {
    if (action.kind !== "scale-replicas") return abstain();
    const to = action.parameters["replicas"];
    if (typeof to !== "number" || !Number.isInteger(to) || to < 1)
      return deny("replicas must be a whole number of at least 1");
    if (isUndo) return abstain();
    if (declared.replicas === null) return deny("nobody knows how many replicas a person last set");
    const atMost = Math.floor(declared.replicas * config.bounds.scaleFactor);
    return to > atMost ? deny(`a person set ${declared.replicas} replicas; at most ${atMost} are allowed`) : abstain();
  },
});
