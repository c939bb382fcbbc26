import { defineFault, pairs } from "./define-fault.ts";

/** A forgotten dump fills the volume: receipts can no longer be written, so orders are not confirmed. */
export const diskFull = defineFault({
  id: "disk-full",
  title: "A full volume",
  leavesChange: false,
  targets: () => ["storage"],
  defaultTarget: "storage",
  magnitude: { default: 1, min: 0.999, max: 1, unit: "ratio of the volume in use" },
  truth: ({ target, nameOf }) => pairs(nameOf(target), "disk-full"),
  hasFix: "none",
  inject: (context, { magnitude }) => context.storage.fill(magnitude),
  async recover(context) {
    await context.storage.clean();
    await context.database.execute("UPDATE shop.messages SET available_at = now()");
  },
});
