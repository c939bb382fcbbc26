import type { RoleMain } from "../service/kit.ts";

/** Doubles a visitor's taste is kept in: about 200 kB each, so memory follows the number of visitors of the last moments. */
const tasteSize = 25_000;
const forgetAfterMilliseconds = 45_000;

type Taste = { seenAt: number; weights: number[] };

/** Ranks products for a visitor, with a taste that is kept in memory while the visitor is about. */
export const startRecommendation: RoleMain = async (kit) => {
  const tastes = new Map<string, Taste>();
  kit.telemetry.meter
    .createObservableGauge("recommendation.visitors", {
      unit: "{visitor}",
      description: "Visitors whose taste is in memory",
    })
    .addCallback((result) => result.observe(tastes.size));
  setInterval(() => {
    const oldest = Date.now() - forgetAfterMilliseconds;
    for (const [visitor, taste] of tastes) if (taste.seenAt < oldest) tastes.delete(visitor);
  }, 2000).unref();

  return {
    routes: [
      {
        method: "GET",
        path: "/recommendations/:id",
        async handle({ params, query }) {
          const id = Number(params["id"]);
          const product = (await kit.call("catalog", { method: "GET", path: `/products/${id}` })).body;
          const visitor = query.get("visitor") ?? "";
          const taste = tastes.get(visitor) ?? {
            seenAt: 0,
            weights: Array.from({ length: tasteSize }, (_, index) => ((index * 7919 + id) % 1000) / 1000 + 0.0005),
          };
          taste.seenAt = Date.now();
          taste.weights[id % tasteSize] = (taste.weights[id % tasteSize] ?? 0) + 1.5;
          tastes.set(visitor, taste);
          const together = (product["boughtTogether"] as { product_id: number; times: number }[] | undefined) ?? [];
          const personal = Boolean(kit.flag("personalRanking"));
          const ranked = together
            .map(({ product_id, times }) => ({
              product: product_id,
              score: times * (personal ? (taste.weights[product_id % tasteSize] ?? 1) : 1),
            }))
            .sort((a, b) => b.score - a.score);
          return { body: { recommendations: ranked.slice(0, 5) } };
        },
      },
    ],
  };
};
