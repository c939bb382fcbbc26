import { randomBytes } from "node:crypto";
import { HttpError } from "../service/http-error.ts";
import type { RoleMain } from "../service/kit.ts";

const lifetimeSeconds = 1800;

/** Who is signed in. Sessions live in the cache; the database is the slower second copy. */
export const startSession: RoleMain = async (kit) => {
  const database = kit.database();
  const cache = kit.cache();
  return {
    routes: [
      {
        method: "POST",
        path: "/sessions",
        async handle({ body }) {
          const token = randomBytes(12).toString("hex");
          await database.query("INSERT sessions", "INSERT INTO shop.sessions (token, customer_id) VALUES ($1, $2)", [
            token,
            body["customer"],
          ]);
          await cache.set(`session:${token}`, String(body["customer"]), lifetimeSeconds);
          return { status: 201, body: { token } };
        },
      },
      {
        method: "GET",
        path: "/sessions/:token",
        async handle({ params }) {
          const token = params["token"] ?? "";
          const cached = await cache.get(`session:${token}`);
          if (cached) return { body: { customer: Number(cached) } };
          const [row] = await database.query(
            "SELECT sessions",
            "SELECT customer_id FROM shop.sessions WHERE token = $1 AND created_at > now() - interval '30 minutes'",
            [token],
          );
          if (!row) throw new HttpError(404, "no such session");
          await cache.set(`session:${token}`, String(row["customer_id"]), lifetimeSeconds);
          return { body: { customer: row["customer_id"] } };
        },
      },
    ],
  };
};
