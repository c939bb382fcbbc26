import type { Role } from "../estate/estate.ts";
import { addressKey } from "../estate/topology.ts";
import { defineFault, pairs } from "./define-fault.ts";

/** Which dependency's address is mistyped, by the service whose configuration it stands in. */
const dependencyOf: Partial<Record<Role, Role>> = {
  checkout: "payment",
  gateway: "cart",
  recommendation: "catalog",
  auth: "session",
};

/** A service is pointed at an address where nobody listens (an even magnitude) or that does not exist (an odd one). */
export const wrongAddress = defineFault({
  id: "wrong-address",
  title: "A wrong downstream address",
  leavesChange: true,
  targets: () => Object.keys(dependencyOf) as Role[],
  defaultTarget: "checkout",
  magnitude: { default: 0, min: 0, max: 1, unit: "0: wrong port, 1: wrong host" },
  truth: ({ target, nameOf }) => pairs(nameOf(target), "wrong-address", "bad-configuration"),
  hasFix: ["configuration"],
  async inject(context, { target, magnitude }) {
    const dependency = dependencyOf[target];
    if (!dependency || target === "database" || target === "provider") return;
    const key = addressKey(context.estate, dependency);
    const address = new URL(context.platform.configuration(target)[key] ?? "");
    if (magnitude >= 0.5) address.hostname = `${context.nameOf(dependency)}-next.${context.estate.domain}`;
    else address.port = "7080";
    await context.platform.configure(target, { [key]: address.origin });
  },
  recover: (context) => context.platform.restore(),
});
