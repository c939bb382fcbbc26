import { abstain, definePolicyRule, deny } from "./define-policy-rule.ts";

/** A cap over everything: whatever goes wrong, it goes wrong slowly. Undos are not held up by it. */
export const writesPerHour = definePolicyRule({
  id: "writes-per-hour",
  rule(_action, { now, config, recentWrites, isUndo }) {
    if (isUndo) return abstain();
    const atMost = config.bounds.writesPerHour;
    const written = recentWrites.filter(({ at, isUndo }) => !isUndo && now - at < 3_600_000).length;
    return written >= atMost ? deny(`${written} writes in the last hour; at most ${atMost} are allowed`) : abstain();
  },
});
