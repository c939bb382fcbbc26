import { abstain, definePolicyRule, deny } from "./define-policy-rule.ts";

/** Restarting again and again hides what is wrong. */
export const restartRate = definePolicyRule({
  id: "restart-rate",
  rule(action, { now, config, recentWrites }) {
    if (action.kind !== "restart-instance") return abstain();
    const atMost = config.bounds.restartsPerHour;
    const restarts = recentWrites.filter(
      ({ at, action: earlier }) =>
        earlier.kind === "restart-instance" && earlier.entityId === action.entityId && now - at < 3_600_000,
    ).length;
    return restarts >= atMost ? deny(`${action.target} was restarted ${restarts} times in the last hour`) : abstain();
  },
});
