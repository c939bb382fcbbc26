import type { RoleMain } from "../service/kit.ts";

type Item = { product: number; quantity: number };
const lifetimeSeconds = 900;

/** What a customer wants to buy: in the database, read through the cache. */
export const startCart: RoleMain = async (kit) => {
  const database = kit.database();
  const cache = kit.cache();
  const key = (customer: string) => `cart:${customer}`;

  return {
    routes: [
      {
        method: "POST",
        path: "/carts/:customer/items",
        async handle({ params, body }) {
          const customer = params["customer"] ?? "";
          const item: Item = { product: Number(body["product"]), quantity: Number(body["quantity"] ?? 1) };
          const [row] = await database.query(
            "INSERT carts",
            `INSERT INTO shop.carts (customer_id, items) VALUES ($1, $2::jsonb)
             ON CONFLICT (customer_id) DO UPDATE SET updated_at = now(),
               items = CASE WHEN jsonb_array_length(shop.carts.items) >= 8 THEN excluded.items ELSE shop.carts.items || excluded.items END
             RETURNING items`,
            [customer, JSON.stringify([item])],
          );
          await cache.set(key(customer), JSON.stringify(row?.["items"]), lifetimeSeconds);
          return { status: 201, body: { items: row?.["items"] } };
        },
      },
      {
        method: "GET",
        path: "/carts/:customer",
        async handle({ params }) {
          const customer = params["customer"] ?? "";
          const cached = await cache.get(key(customer));
          if (cached) return { body: { items: JSON.parse(cached) as Item[] } };
          const [row] = await database.query("SELECT carts", "SELECT items FROM shop.carts WHERE customer_id = $1", [
            customer,
          ]);
          const items = (row?.["items"] as Item[] | undefined) ?? [];
          await cache.set(key(customer), JSON.stringify(items), lifetimeSeconds);
          return { body: { items } };
        },
      },
      {
        method: "DELETE",
        path: "/carts/:customer",
        async handle({ params }) {
          const customer = params["customer"] ?? "";
          await database.query("DELETE carts", "DELETE FROM shop.carts WHERE customer_id = $1", [customer]);
          await cache.delete(key(customer));
          return { body: {} };
        },
      },
    ],
  };
};
