import type { Role } from "../estate/estate.ts";
import { timeoutKey } from "../estate/topology.ts";
import { defineFault, pairs } from "./define-fault.ts";

/** Whom a caller gives up on too early. */
const dependencyOf: Partial<Record<Role, Role>> = { checkout: "payment", payment: "provider", gateway: "checkout" };

/** A caller's time-out is set below what the work behind it usually takes. */
export const timeoutLowered = defineFault({
  id: "timeout-lowered",
  title: "A time-out set too low",
  leavesChange: true,
  targets: () => Object.keys(dependencyOf) as Role[],
  defaultTarget: "checkout",
  magnitude: { default: 55, min: 5, max: 90, unit: "milliseconds" },
  truth: ({ target, nameOf }) => pairs(nameOf(target), "timeout-too-low", "bad-configuration"),
  hasFix: ["configuration"],
  async inject(context, { target, magnitude }) {
    const dependency = dependencyOf[target];
    if (!dependency || target === "database" || target === "provider") return;
    await context.platform.configure(target, {
      [timeoutKey(context.estate, dependency)]: String(Math.round(magnitude)),
    });
  },
  recover: (context) => context.platform.restore(),
});
