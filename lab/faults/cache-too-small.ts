import { defineFault, pairs } from "./define-fault.ts";

/** The cache is given a fraction of the room that its entries need: it evicts what is about to be read. */
export const cacheTooSmall = defineFault({
  id: "cache-too-small",
  title: "A cache without room",
  leavesChange: true,
  targets: () => ["cache"],
  defaultTarget: "cache",
  magnitude: { default: 400, min: 10, max: 2000, unit: "times smaller than before" },
  truth: ({ target, nameOf }) => pairs(nameOf(target), "cache-too-small", "bad-configuration"),
  hasFix: ["configuration"],
  async inject(context, { magnitude }) {
    await context.platform.configure("cache", {
      CACHE_BYTES: String(Math.round(context.estate.data.cacheBytes / magnitude)),
    });
  },
  recover: (context) => context.platform.restore(),
});
