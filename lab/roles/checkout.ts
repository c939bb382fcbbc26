import { randomUUID } from "node:crypto";
import { HttpError } from "../service/http-error.ts";
import type { RoleMain } from "../service/kit.ts";

/** Turns a cart into an order: reserve, charge, record. */
export const startCheckout: RoleMain = async (kit) => ({
  routes: [
    {
      method: "POST",
      path: "/checkouts",
      async handle({ body }) {
        const customer = Number(body["customer"]);
        const items = (await kit.call("cart", { method: "GET", path: `/carts/${customer}` })).body["items"] as {
          product: number;
          quantity: number;
        }[];
        if (!Array.isArray(items) || items.length === 0) throw new HttpError(409, "the cart is empty");
        const reference = randomUUID();
        await kit.call("inventory", { method: "POST", path: "/reservations", body: { reference, items } });
        const amountCents = items.reduce((sum, item) => sum + 1000 + ((item.product * 37) % 9000) * item.quantity, 0);
        const charge = await kit.call("payment", {
          method: "POST",
          path: "/charges",
          body: { reference, customer, amountCents },
        });
        if (charge.status >= 400) throw new HttpError(402, `payment of ${amountCents} cents was refused`);
        const order = await kit.call("orders", {
          method: "POST",
          path: "/orders",
          body: { reference, customer, items, amountCents },
        });
        await kit.call("cart", { method: "DELETE", path: `/carts/${customer}` });
        kit.telemetry.log.info(
          `order ${order.body["order"]} of customer ${customer}: ${items.length} items, ${(amountCents / 100).toFixed(2)} EUR`,
        );
        return {
          status: 201,
          body: { order: order.body["order"], giftMessage: kit.flag("giftMessages") ? "" : undefined },
        };
      },
    },
  ],
});
