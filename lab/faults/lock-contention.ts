import type { Role } from "../estate/estate.ts";
import { defineFault, pairs } from "./define-fault.ts";

/** What each service cannot work without. */
const tables: Partial<Record<Role, string>> = {
  inventory: "shop.stock",
  auth: "shop.customers",
  cart: "shop.carts",
  orders: "shop.orders",
  payment: "shop.payments",
};
const applicationName = "psql";

/** Somebody opened a transaction at a console, locked a table, and went to lunch. */
export const lockContention = defineFault({
  id: "lock-contention",
  title: "A forgotten transaction that holds a lock",
  leavesChange: false,
  targets: () => Object.keys(tables) as Role[],
  defaultTarget: "inventory",
  magnitude: { default: 900, min: 20, max: 3600, unit: "seconds that the lock is held" },
  truth: ({ target, nameOf }) => [
    ...pairs(nameOf("database"), "lock-contention"),
    ...pairs(nameOf(target), "lock-contention"),
  ],
  hasFix: "none",
  async inject(context, { target, magnitude }) {
    const end = await context.database.hold(applicationName, [
      `LOCK TABLE ${tables[target] ?? "shop.stock"} IN ACCESS EXCLUSIVE MODE`,
    ]);
    void context
      .wait(magnitude * 1000)
      .then(end)
      .catch(() => {});
  },
  async recover(context) {
    await context.database.execute(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND state = 'idle in transaction'",
      [applicationName],
    );
  },
});
