import { defineFault, pairs } from "./define-fault.ts";

/** A flag that reads "use the cache" is switched off: every page is worked out anew by the database. */
export const cacheFlagOff = defineFault({
  id: "cache-flag-off",
  title: "A cache switched off by a flag",
  leavesChange: true,
  targets: () => ["catalog"],
  defaultTarget: "catalog",
  magnitude: { default: 1.4, min: 1, max: 4, unit: "times the usual number of users" },
  truth: ({ target, estate, nameOf }) => [
    ...pairs(estate.flags.catalogReadCache.key, "feature-flag", "cache-disabled"),
    ...pairs(nameOf(target), "feature-flag", "cache-disabled"),
    ...pairs(nameOf("cache"), "cache-disabled"),
  ],
  hasFix: ["flag"],
  async inject(context, { magnitude }) {
    await context.platform.setFlag("catalogReadCache", false);
    context.users.multiply(magnitude);
  },
  async recover(context) {
    context.users.multiply(1);
    await context.platform.restore();
  },
});
