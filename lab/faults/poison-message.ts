import { defineFault, pairs } from "./define-fault.ts";

/** What the message says: cut off in the middle, as an older producer once did. */
const payload = '{"order": 184467, "customer": 12, "items": [';

/** A message that ends the process that reads it, and comes back with the next. */
export const poisonMessage = defineFault({
  id: "poison-message",
  title: "A message that kills its reader",
  leavesChange: false,
  targets: () => ["orderWorker"],
  defaultTarget: "orderWorker",
  magnitude: { default: 1, min: 1, max: 20, unit: "messages" },
  truth: ({ target, estate, nameOf }) => [
    ...pairs(nameOf(target), "poison-message"),
    ...pairs(estate.queue, "poison-message"),
  ],
  hasFix: "none",
  async inject(context, { magnitude }) {
    await context.database.execute(
      "INSERT INTO shop.messages (queue, payload) SELECT $1, $2 FROM generate_series(1, $3::int)",
      [context.estate.queue, payload, Math.round(magnitude)],
    );
  },
  async recover(context, { target }) {
    await context.database.execute("DELETE FROM shop.messages WHERE payload = $1", [payload]);
    if (target !== "database" && target !== "provider") await context.platform.restart(target);
  },
});
