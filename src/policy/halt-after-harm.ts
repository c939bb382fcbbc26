import { abstain, ask, definePolicyRule } from "./define-policy-rule.ts";

/** One harm halts automation: until a person releases it, a person decides everything. */
export const haltAfterHarm = definePolicyRule({
  id: "halt-after-harm",
  rule(_action, { harm, isUndo }) {
    return harm === null || isUndo ? abstain() : ask(`a fix of midwatch did harm: ${harm.sentence}`);
  },
});
