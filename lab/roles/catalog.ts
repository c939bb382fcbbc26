import { HttpError } from "../service/http-error.ts";
import type { Kit, RoleMain } from "../service/kit.ts";

const categoryLifetimeSeconds = 45;
const productLifetimeSeconds = 240;

/** Products, with what sells best and what was bought together. Both are dear to work out, so they are read through the cache. */
export const startCatalog: RoleMain = async (kit) => {
  const database = kit.database();
  return {
    routes: [
      {
        method: "GET",
        path: "/products",
        handle: async ({ query }) => {
          const category = Number(query.get("category") ?? 0);
          return {
            body: await throughCache(kit, `category:${category}`, categoryLifetimeSeconds, async () => ({
              products: await database.query(
                "SELECT products bestsellers",
                `SELECT p.id, p.name, p.price_cents, p.description, ranked.sold, ranked.place
                 FROM (SELECT product_id, sum(quantity)::int AS sold, rank() OVER (ORDER BY sum(quantity) DESC)::int AS place
                       FROM shop.order_items GROUP BY product_id) ranked
                 JOIN shop.products p ON p.id = ranked.product_id
                 WHERE p.category = $1 ORDER BY ranked.place LIMIT 20`,
                [category],
              ),
            })),
          };
        },
      },
      {
        method: "GET",
        path: "/products/:id",
        handle: async ({ params }) => {
          const id = Number(params["id"]);
          return {
            body: await throughCache(kit, `product:${id}`, productLifetimeSeconds, async () => {
              const [product] = await database.query(
                "SELECT products",
                "SELECT id, name, price_cents, category, description FROM shop.products WHERE id = $1",
                [id],
              );
              if (!product) throw new HttpError(404, `no product ${id}`);
              const together = await database.query(
                "SELECT order_items together",
                `SELECT other.product_id, count(*)::int AS times
                 FROM shop.order_items one JOIN shop.order_items other ON other.order_id = one.order_id AND other.product_id <> one.product_id
                 WHERE one.product_id = $1 GROUP BY other.product_id ORDER BY times DESC, other.product_id LIMIT 10`,
                [id],
              );
              return { ...product, boughtTogether: together };
            }),
          };
        },
      },
    ],
  };
};

async function throughCache(
  kit: Kit,
  key: string,
  lifetimeSeconds: number,
  load: () => Promise<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  if (!kit.flag("catalogReadCache")) return load();
  const cache = kit.cache();
  const cached = await cache.get(key);
  if (cached) return JSON.parse(cached) as Record<string, unknown>;
  const loaded = await load();
  await cache.set(key, JSON.stringify(loaded), Math.round(lifetimeSeconds * (0.8 + 0.4 * Math.random())));
  return loaded;
}
