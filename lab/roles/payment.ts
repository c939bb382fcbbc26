import { HttpError } from "../service/http-error.ts";
import type { RoleMain } from "../service/kit.ts";

/** Charges customers through the payment provider and keeps a record. */
export const startPayment: RoleMain = async (kit) => {
  const database = kit.database();
  return {
    routes: [
      {
        method: "POST",
        path: "/charges",
        async handle({ body }) {
          // Holds the reference while the provider works, so that one order is never charged twice.
          const id = await database.transaction(async (query) => {
            await query("SELECT payments", "SELECT pg_advisory_xact_lock(hashtext($1))", [body["reference"]]);
            const answer = await kit.call("provider", {
              method: "POST",
              path: "/v1/charges",
              body: { amount: body["amountCents"], currency: "EUR", reference: body["reference"] },
            });
            if (answer.status === 402) throw new HttpError(402, "the card was declined");
            await database.query(
              "INSERT payments",
              "INSERT INTO shop.payments (reference, customer_id, amount_cents, provider_id) VALUES ($1, $2, $3, $4) ON CONFLICT (reference) DO NOTHING",
              [body["reference"], body["customer"], body["amountCents"], answer.body["id"]],
            );
            return answer.body["id"];
          });
          return { status: 201, body: { payment: id } };
        },
      },
    ],
  };
};
