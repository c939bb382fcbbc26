import { scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { HttpError } from "../service/http-error.ts";
import type { RoleMain } from "../service/kit.ts";

const derive = promisify(
  scrypt as (
    password: string,
    salt: string,
    length: number,
    options: { N: number },
    done: (error: Error | null, key: Buffer) => void,
  ) => void,
);
/** Cheap on purpose (real shops take 2^15 and more): the lab shares two cores with everything else. */
const scryptCost = 256;

/** Checks passwords and opens sessions. */
export const startAuth: RoleMain = async (kit) => {
  const database = kit.database();
  return {
    routes: [
      {
        method: "POST",
        path: "/logins",
        async handle({ body }) {
          const email = String(body["email"] ?? "");
          const [customer] = await database.query(
            "SELECT customers",
            "SELECT id, salt, password_hash FROM shop.customers WHERE email = $1",
            [email],
          );
          if (!customer) throw new HttpError(401, "unknown e-mail or wrong password");
          const key = await derive(String(body["password"] ?? ""), String(customer["salt"]), 16, { N: scryptCost });
          const expected = Buffer.from(String(customer["password_hash"]), "hex");
          if (expected.length !== key.length || !timingSafeEqual(expected, key))
            throw new HttpError(401, "unknown e-mail or wrong password");
          const session = await kit.call("session", {
            method: "POST",
            path: "/sessions",
            body: { customer: customer["id"] },
          });
          if (Math.random() < 0.05) kit.telemetry.log.info(`customer ${customer["id"]} signed in`);
          return { status: 201, body: session.body };
        },
      },
    ],
  };
};
