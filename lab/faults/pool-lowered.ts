import { defineFault, pairs } from "./define-fault.ts";

/** The connection pool of a service is set far below what its requests need at the same time. */
export const poolLowered = defineFault({
  id: "pool-lowered",
  title: "A connection pool set too small",
  leavesChange: true,
  targets: () => ["orders", "inventory", "payment"],
  defaultTarget: "orders",
  magnitude: { default: 1, min: 1, max: 3, unit: "connections" },
  truth: ({ target, nameOf }) => pairs(nameOf(target), "pool-exhausted", "bad-configuration"),
  hasFix: ["configuration"],
  async inject(context, { target, magnitude }) {
    if (target === "database" || target === "provider") return;
    await context.platform.configure(target, { DATABASE_POOL_SIZE: String(Math.round(magnitude)) });
  },
  recover: (context) => context.platform.restore(),
});
