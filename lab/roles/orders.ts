import { context, propagation, SpanKind } from "@opentelemetry/api";
import { HttpError } from "../service/http-error.ts";
import type { Kit, RoleMain } from "../service/kit.ts";
import { numberSetting } from "../service/settings.ts";

const longestWaitMilliseconds = 1600;

/** Orders and their history. A new order leaves a message in the queue, in the same transaction. */
export const startOrders: RoleMain = async (kit) => {
  const database = kit.database();
  const { queue } = kit.settings.estate;
  const promisedSeconds = numberSetting(kit.settings.configuration, "CONFIRMATION_PROMISED_SECONDS", 6);
  observeQueue(kit);

  return {
    routes: [
      {
        method: "POST",
        path: "/orders",
        async handle({ body }) {
          const items = body["items"] as { product: number; quantity: number }[];
          const order = await database.transaction(async (query) => {
            const [row] = await query(
              "INSERT orders",
              "INSERT INTO shop.orders (customer_id, amount_cents, reference) VALUES ($1, $2, $3) RETURNING id",
              [body["customer"], body["amountCents"], body["reference"]],
            );
            await query(
              "INSERT order_items",
              "INSERT INTO shop.order_items (order_id, product_id, quantity) SELECT $1, * FROM unnest($2::int[], $3::int[])",
              [row?.["id"], items.map((item) => item.product), items.map((item) => item.quantity)],
            );
            const span = kit.telemetry.tracer.startSpan(`send ${queue}`, {
              kind: SpanKind.PRODUCER,
              attributes: {
                "messaging.system": "postgresql",
                "messaging.destination.name": queue,
                "messaging.operation.type": "send",
                "messaging.operation.name": "send",
              },
            });
            const carrier: Record<string, string> = {};
            propagation.inject(context.active(), carrier);
            await query(
              "INSERT messages",
              "INSERT INTO shop.messages (queue, payload, trace_parent) VALUES ($1, $2, $3)",
              [
                queue,
                JSON.stringify({ order: row?.["id"], customer: body["customer"], items: items.length }),
                carrier["traceparent"] ?? null,
              ],
            );
            span.end();
            return row?.["id"];
          });
          return { status: 201, body: { order } };
        },
      },
      {
        method: "GET",
        path: "/customers/:customer/orders",
        handle: async ({ params }) => ({ body: { orders: await history(Number(params["customer"])) } }),
      },
      {
        method: "GET",
        path: "/orders/:id/confirmation",
        async handle({ params }) {
          const id = params["id"];
          const row = await confirmation(id);
          if (!row) throw new HttpError(404, `no order ${id}`);
          if (row["confirmed_at"]) return { body: { confirmed: true } };
          const age = Number(row["age"]);
          if (age > promisedSeconds)
            throw new HttpError(
              503,
              `order ${id} is not confirmed ${age.toFixed(1)} s after it was placed (queue ${queue})`,
              "confirmation_overdue",
            );
          return { status: 202, body: { confirmed: false } };
        },
      },
    ],
  };

  /** Waits a moment for the confirmation, on one connection all the while: cheap to write, dear with a small pool. */
  function confirmation(id: string | undefined) {
    return database.session(async (query, release) => {
      try {
        const until = Date.now() + longestWaitMilliseconds;
        for (;;) {
          const [row] = await query(
            "SELECT orders",
            "SELECT confirmed_at, extract(epoch FROM now() - placed_at)::float8 AS age FROM shop.orders WHERE id = $1",
            [id],
          );
          if (!row || row["confirmed_at"] || Date.now() > until) return row;
          await new Promise((resolve) => setTimeout(resolve, 120));
        }
      } finally {
        release();
      }
    });
  }

  function history(customer: number) {
    return database.session(async (query, release) => {
      let rows: Record<string, unknown>[];
      try {
        rows = await query(
          "SELECT orders history",
          `SELECT o.id, o.placed_at, o.amount_cents, o.currency, i.lines, i.pieces
           FROM (SELECT * FROM shop.orders WHERE customer_id = $1 ORDER BY id DESC LIMIT 8) o
           CROSS JOIN LATERAL (SELECT count(*)::int AS lines, sum(quantity)::int AS pieces FROM shop.order_items WHERE order_id = o.id OFFSET 0) i`,
          [customer],
        );
      } catch (error) {
        release();
        throw error;
      }
      // Orders in other currencies are shown at the day's rate; that path returns without giving the connection back.
      if (rows.some((row) => row["currency"] !== "EUR"))
        return rows.map((row) => ({ ...row, amount_cents: Math.round(Number(row["amount_cents"]) * 1.08) }));
      release();
      return rows;
    });
  }
};

/** Depth and age of the queue, seen from the side that fills it: still told when the worker is dead. */
function observeQueue(kit: Kit): void {
  const { queue } = kit.settings.estate;
  const { meter, log } = kit.telemetry;
  let last = { depth: 0, age: 0 };
  const attributes = { "messaging.system": "postgresql", "messaging.destination.name": queue };
  meter
    .createObservableGauge("messaging.queue.depth", { unit: "{message}", description: "Messages that wait" })
    .addCallback((result) => result.observe(last.depth, attributes));
  meter
    .createObservableGauge("messaging.queue.oldest_age", {
      unit: "s",
      description: "Age of the oldest message that waits",
    })
    .addCallback((result) => result.observe(last.age, attributes));
  const look = async () => {
    const [row] = await kit
      .database()
      .query(
        "SELECT messages depth",
        "SELECT count(*)::int AS depth, coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS age FROM shop.messages WHERE queue = $1",
        [queue],
      );
    last = { depth: Number(row?.["depth"] ?? 0), age: Number(row?.["age"] ?? 0) };
  };
  setInterval(
    () => look().catch((error: Error) => log.warn(`queue ${queue} could not be measured: ${error.message}`)),
    4000,
  ).unref();
}
