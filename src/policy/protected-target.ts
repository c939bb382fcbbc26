import { abstain, definePolicyRule, deny } from "./define-policy-rule.ts";

/** Named targets are for people alone. */
export const protectedTarget = definePolicyRule({
  id: "protected-target",
  rule(action, { config }) {
    const found = config.protectedTargets.find(
      ({ target, environment }) =>
        (environment === undefined || environment === action.environment) && matches(target, action.target),
    );
    return found ? deny(`${action.target}: ${found.why}`) : abstain();
  },
});

/** `*` stands for any run of characters; everything else for itself. */
function matches(pattern: string, text: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  if (rest.length === 0) return pattern === text;
  if (!text.startsWith(first)) return false;
  let from = first.length;
  for (const [index, part] of rest.entries()) {
    const isLast = index === rest.length - 1;
    const found = isLast ? text.length - part.length : text.indexOf(part, from);
    if (found < from || !text.startsWith(part, found)) return false;
    from = found + part.length;
  }
  return true;
}
