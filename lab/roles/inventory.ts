import type { RoleMain } from "../service/kit.ts";
import { numberSetting } from "../service/settings.ts";

/**
 * Stock. Reservations are written one after the other (a single-writer ledger), and each waits for the warehouse to
 * confirm: about fourteen a second is all there is. A caller that has given up is still served: nobody told the ledger.
 */
export const startInventory: RoleMain = async (kit) => {
  const database = kit.database();
  const confirmationMilliseconds = numberSetting(kit.settings.configuration, "WAREHOUSE_CONFIRMATION_MS", 60);
  let ledger: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  kit.telemetry.meter
    .createObservableGauge("inventory.ledger.waiting", {
      unit: "{reservation}",
      description: "Reservations that wait for the ledger",
    })
    .addCallback((result) => result.observe(waiting));

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    waiting += 1;
    const turn = ledger.then(work).finally(() => {
      waiting -= 1;
    });
    ledger = turn.catch(() => {});
    return turn;
  };

  return {
    routes: [
      {
        method: "POST",
        path: "/reservations",
        async handle({ body }) {
          const items = (body["items"] as { product: number; quantity: number }[]).toSorted(
            (a, b) => a.product - b.product,
          );
          return inTurn(async () => {
            await withStock(
              items.map((item) => item.product),
              () =>
                database.transaction(async (query) => {
                  for (const item of items) {
                    await query(
                      "UPDATE stock",
                      "UPDATE shop.stock SET reserved = reserved + $2, changed_at = now() WHERE product_id = $1",
                      [item.product, item.quantity],
                    );
                  }
                }),
            );
            await new Promise((resolve) => setTimeout(resolve, confirmationMilliseconds));
            return { status: 201, body: { reference: body["reference"] } };
          });
        },
      },
    ],
  };

  /** Reads the stock and keeps that connection while `work` takes its own. The path for units of old forgets to give it back. */
  function withStock(products: number[], work: () => Promise<void>) {
    return database.session(async (query, release) => {
      let isInPieces = true;
      try {
        const rows = await query(
          "SELECT stock",
          "SELECT product_id, available, unit FROM shop.stock WHERE product_id = ANY($1)",
          [products],
        );
        isInPieces = rows.every((row) => row["unit"] === "piece");
        await work();
      } finally {
        if (isInPieces) release();
      }
    });
  }
};
