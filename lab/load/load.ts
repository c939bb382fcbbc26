import { Agent, request as httpRequest } from "node:http";
import { createRandom, pick } from "../estate/random.ts";
import type { FromInstance, InstanceSettings, Probe, ToInstance } from "../service/settings.ts";
import { dayFactor } from "./day-shape.ts";
import { samplePassword } from "./sample-password.ts";

type Reply = { status: number; body: Record<string, unknown> };
type Ask = (
  method: string,
  path: string,
  route: string,
  options?: { token?: string; body?: unknown },
) => Promise<Reply>;

const patienceMilliseconds = 10_000;
const reportMilliseconds = 500;
/** How often a user presses "buy" again when it failed. */
const impatientRepeats = 2;

/**
 * The shop's users: journeys of browsing, signing in, filling a cart, buying and looking whether it worked. Arrivals are
 * random around the daily shape (open loop: a slow shop does not slow new users down). What they saw is told to the platform.
 */
export async function startLoad(settings: InstanceSettings, send: (message: FromInstance) => void): Promise<void> {
  const { estate, configuration } = settings;
  const random = createRandom(Number(configuration["SEED"] ?? 1));
  const port = Number(configuration["ENTRY_PORT"]);
  const startedAt = Number(configuration["DAY_STARTED_AT"] ?? Date.now());
  const agent = new Agent({ keepAlive: true, maxSockets: 400 });
  let multiplier = 1;
  let crowd = 0;
  let probes: Probe[] = [];

  process.on("SIGTERM", () => process.exit(0));
  process.on("message", (message: ToInstance) => {
    if (message.type === "load") {
      if (message.multiplier < multiplier) crowd += 1; // the crowd goes home, in the middle of what it did
      multiplier = message.multiplier;
    }
    if (message.type === "drain") process.exit(0);
  });
  setInterval(() => {
    if (probes.length > 0) send({ type: "probes", probes });
    probes = [];
  }, reportMilliseconds);

  const ask: Ask = async (method, path, route, options = {}) => {
    const at = Date.now();
    const reply = await exchange(agent, port, method, `${estate.apiPrefix}${path}`, options);
    probes.push({ at, route: `${method} ${route}`, status: reply.status, durationSeconds: (Date.now() - at) / 1000 });
    return reply;
  };

  const next = () => {
    const perSecond =
      estate.load.journeysPerSecond * dayFactor(estate.load, (Date.now() - startedAt) / 1000) * multiplier;
    setTimeout(
      () => {
        next();
        const own = crowd;
        const askWhileThere: Ask = (...request) =>
          own === crowd ? ask(...request) : Promise.reject(new Error("went home"));
        journey(askWhileThere, estate.data, random).catch(() => {});
      },
      (-Math.log(1 - random()) / perSecond) * 1000,
    );
  };
  next();
  send({ type: "ready", port: null, adminPort: null });
}

async function journey(ask: Ask, data: { products: number; customers: number }, random: () => number): Promise<void> {
  const think = () => new Promise((resolve) => setTimeout(resolve, 150 + random() * 500));
  const visitor = Math.floor(random() * 1e9).toString(36);
  const category = Math.floor(random() * 12);
  const product = 1 + Math.floor(random() ** 2 * data.products); // some sell more than others

  await ask("GET", `/products?category=${category}`, "/products");
  await think();
  await ask("GET", `/products/${product}`, "/products/:id");
  ask("GET", `/products/${product}/recommendations?visitor=${visitor}`, "/products/:id/recommendations").catch(
    () => {},
  );
  await think();
  if (random() < 0.25) return; // just looking

  const customer = 1 + Math.floor(random() * data.customers);
  const login = await ask("POST", "/login", "/login", {
    body: { email: `customer-${customer}@example.com`, password: samplePassword },
  });
  const token = String(login.body["token"] ?? "");
  if (login.status !== 201) return;
  await think();
  await ask("POST", "/cart/items", "/cart/items", { token, body: { product, quantity: pick(random, [1, 1, 1, 2]) } });
  await think();
  if (random() < 0.5) await ask("GET", "/cart", "/cart", { token });
  if (random() < 0.4) await ask("GET", "/orders", "/orders", { token });
  if (random() < 0.12) return;

  let placed = await ask("POST", "/orders", "/orders", { token, body: {} });
  for (let again = 0; again < impatientRepeats && (placed.status === 0 || placed.status >= 500); again += 1)
    placed = await ask("POST", "/orders", "/orders", { token, body: {} });
  if (placed.status !== 201) return;
  for (const waitMilliseconds of [60, 2500, 4500]) {
    await new Promise((resolve) => setTimeout(resolve, waitMilliseconds));
    const confirmation = await ask("GET", `/orders/${placed.body["order"]}/confirmation`, "/orders/:id/confirmation", {
      token,
    });
    if (confirmation.status === 200) break;
  }
  if (random() < 0.5) await ask("GET", "/orders", "/orders", { token });
}

/** Status 0: no answer within the user's patience, or no connection. */
function exchange(
  agent: Agent,
  port: number,
  method: string,
  path: string,
  options: { token?: string; body?: unknown },
): Promise<Reply> {
  return new Promise((resolve) => {
    const body = options.body === undefined ? undefined : JSON.stringify(options.body);
    const headers: Record<string, string> = { "user-agent": "shop-app/7.3" };
    if (options.token) headers["authorization"] = `Bearer ${options.token}`;
    if (body) headers["content-type"] = "application/json";
    const request = httpRequest({ host: "127.0.0.1", port, method, path, headers, agent }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          body: text.startsWith("{") ? (JSON.parse(text) as Record<string, unknown>) : {},
        }),
      );
      response.on("error", () => resolve({ status: 0, body: {} }));
    });
    request.setTimeout(patienceMilliseconds, () => request.destroy());
    request.on("error", () => resolve({ status: 0, body: {} }));
    request.end(body);
  });
}
