import { abstain, definePolicyRule, deny } from "./define-policy-rule.ts";

/** During a declared freeze nothing new is changed; what was begun may be undone. */
export const freezeWindow = definePolicyRule({
  id: "freeze-window",
  rule(action, { now, config, isUndo }) {
    if (isUndo) return abstain();
    const frozen = config.freezeWindows.find(
      ({ environments, from, to }) =>
        (environments.length === 0 || environments.includes(action.environment)) &&
        Date.parse(from) <= now &&
        now < Date.parse(to),
    );
    return frozen ? deny(`freeze "${frozen.name}" holds until ${frozen.to}`) : abstain();
  },
});
