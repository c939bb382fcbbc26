import { defineFault, pairs } from "./define-fault.ts";

/** Data arrives that takes an old code path, which never gives its connection back. No release, no configuration: only rows. */
export const connectionLeak = defineFault({
  id: "connection-leak",
  title: "Connections that are never given back",
  leavesChange: false,
  targets: () => ["orders", "inventory"],
  defaultTarget: "orders",
  magnitude: { default: 0.6, min: 0.2, max: 1, unit: "ratio of rows that take the old code path" },
  truth: ({ target, nameOf }) => pairs(nameOf(target), "connection-leak", "pool-exhausted"),
  hasFix: "none",
  async inject(context, { target, magnitude }) {
    const percent = Math.round(magnitude * 100);
    if (target === "inventory")
      await context.database.execute("UPDATE shop.stock SET unit = 'box' WHERE product_id % 100 < $1", [percent]);
    else
      await context.database.execute(
        "UPDATE shop.orders SET currency = 'SEK' WHERE customer_id % 100 < $1 AND id IN (SELECT max(id) FROM shop.orders GROUP BY customer_id)",
        [percent],
      );
  },
  async recover(context, { target }) {
    await context.database.execute("UPDATE shop.stock SET unit = 'piece' WHERE unit <> 'piece'");
    await context.database.execute("UPDATE shop.orders SET currency = 'EUR' WHERE currency <> 'EUR'");
    if (target !== "database" && target !== "provider") await context.platform.restart(target);
  },
});
