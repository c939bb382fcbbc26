import { abstain, definePolicyRule, deny, type RuleAnswer } from "./define-policy-rule.ts";

/** At most half more than a person last set, and never less; counted from the person, not from the last value. */
export const limitBound = definePolicyRule({
  id: "limit-bound",
  rule(action, { config, declared, isUndo }) {
    if (action.kind !== "raise-limit" || isUndo) return abstain();
    const factor = config.bounds.limitFactor;
    const answers = [
      within("memory", action.parameters["memoryBytes"], declared.memoryBytes, factor),
      within("processor", action.parameters["cpuCores"], declared.cpuCores, factor),
    ];
    return answers.find(({ kind }) => kind === "deny") ?? abstain();
  },
});

function within(what: string, to: unknown, declared: number | null, factor: number): RuleAnswer {
  if (to === undefined || to === null) return abstain();
  if (typeof to !== "number" || !(to > 0)) return deny(`the ${what} limit must be a number above 0`);
  if (declared === null) return deny(`nobody knows which ${what} limit a person last set`);
  if (to < declared) return deny(`the ${what} limit would be below what a person set`);
  return to > declared * factor
    ? deny(`the ${what} limit would be more than ${factor} times what a person set`)
    : abstain();
}
