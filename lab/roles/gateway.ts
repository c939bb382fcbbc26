import { addressKey } from "../estate/topology.ts";
import { HttpError } from "../service/http-error.ts";
import type { Incoming } from "../service/http-server.ts";
import type { Kit, RoleMain } from "../service/kit.ts";
import type { PeerRole } from "../service/settings.ts";

/** The only door for users: checks who they are and asks the service behind each route. */
export const startGateway: RoleMain = async (kit) => {
  const prefix = kit.settings.estate.apiPrefix;
  const pass = async (to: PeerRole, method: "GET" | "POST", path: string, body?: unknown) =>
    answered(await kit.call(to, { method, path, body }));

  return {
    routes: [
      {
        method: "GET",
        path: `${prefix}/products`,
        handle: ({ query }) => pass("catalog", "GET", `/products?category=${query.get("category") ?? "0"}`),
      },
      {
        method: "GET",
        path: `${prefix}/products/:id`,
        handle: ({ params }) => pass("catalog", "GET", `/products/${params["id"]}`),
      },
      {
        method: "GET",
        path: `${prefix}/products/:id/recommendations`,
        handle: ({ params, query }) =>
          pass("recommendation", "GET", `/recommendations/${params["id"]}?visitor=${query.get("visitor") ?? ""}`),
      },
      { method: "POST", path: `${prefix}/login`, handle: ({ body }) => pass("auth", "POST", "/logins", body) },
      {
        method: "POST",
        path: `${prefix}/cart/items`,
        handle: async (request) => pass("cart", "POST", `/carts/${await customerOf(kit, request)}/items`, request.body),
      },
      {
        method: "GET",
        path: `${prefix}/cart`,
        handle: async (request) => pass("cart", "GET", `/carts/${await customerOf(kit, request)}`),
      },
      {
        method: "POST",
        path: `${prefix}/orders`,
        handle: async (request) => {
          const customer = await customerOf(kit, request);
          return pass("checkout", "POST", "/checkouts", { ...request.body, customer: Number(customer) });
        },
      },
      {
        method: "GET",
        path: `${prefix}/orders`,
        handle: async (request) => pass("orders", "GET", `/customers/${await customerOf(kit, request)}/orders`),
      },
      {
        method: "GET",
        path: `${prefix}/orders/:id/confirmation`,
        handle: async (request) => {
          await customerOf(kit, request);
          return pass("orders", "GET", `/orders/${request.params["id"]}/confirmation`);
        },
      },
    ],
  };
};

const answered = (reply: { status: number; body: unknown }) => ({ status: reply.status, body: reply.body });

async function customerOf(kit: Kit, request: Incoming): Promise<string> {
  const token = /^Bearer ([\w-]+)$/.exec(request.headers.authorization ?? "")?.[1];
  if (!token) throw new HttpError(401, "sign in first");
  const { status, body } = await kit.call("session", { method: "GET", path: `/sessions/${token}` });
  if (status !== 200)
    throw new HttpError(401, `no session ${token.slice(0, 6)}… (asked ${addressKey(kit.settings.estate, "session")})`);
  return String(body["customer"]);
}
