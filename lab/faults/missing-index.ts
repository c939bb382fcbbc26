import { unifiedDiff } from "../platform/releases.ts";
import { defineFault, pairs } from "./define-fault.ts";

/** A migration drops an index that it holds to be unused: every look into a customer's orders reads a large table through. */
export const missingIndex = defineFault({
  id: "missing-index",
  title: "A migration that drops a needed index",
  leavesChange: true,
  targets: () => ["database"],
  defaultTarget: "database",
  magnitude: { default: 1, min: 1, max: 4, unit: "times the table is made larger beforehand" },
  truth: ({ nameOf }) => [
    ...pairs(nameOf("database"), "missing-index", "slow-query"),
    ...pairs(nameOf("orders"), "missing-index", "slow-query"),
  ],
  hasFix: "none",
  async inject(context, { magnitude }) {
    if (magnitude > 1) {
      const rows = Math.round((magnitude - 1) * context.estate.data.orderItems);
      await context.database.execute(
        "INSERT INTO shop.order_items (order_id, product_id, quantity, note) SELECT -n, 1, 1, 'imported' FROM generate_series(1, $1) n",
        [rows],
      );
    }
    await context.database.execute("DROP INDEX shop.order_items_order_id_idx");
    context.platform.recordMigration(
      "Migration 0143: drop indexes that no query uses",
      unifiedDiff(
        "migrations/0143-drop-unused-indexes.sql",
        1,
        [],
        [],
        ["-- idx_scan was 0 on the replica", "DROP INDEX shop.order_items_order_id_idx;"],
      ),
    );
  },
  async recover(context) {
    await context.database.execute("DELETE FROM shop.order_items WHERE order_id < 0");
    await context.database.execute(
      "CREATE INDEX IF NOT EXISTS order_items_order_id_idx ON shop.order_items (order_id)",
    );
    context.platform.recordMigration(
      "Migration 0144: create the index on order lines again",
      unifiedDiff(
        "migrations/0144-index-on-order-lines.sql",
        1,
        [],
        [],
        ["CREATE INDEX IF NOT EXISTS order_items_order_id_idx ON shop.order_items (order_id);"],
      ),
    );
  },
});
