import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toldInText } from "./told-in-text.ts";

const now = Date.parse("2026-11-21T14:30:00Z");
const told = (text: string, sender: Parameters<typeof toldInText>[2] = {}) => toldInText(text, now, sender);

describe("what an alert's words say beside numbers", () => {
  it("all of a complaint", () => {
    expect(
      told(
        "503 for 5 % of the requests to /api/v2/orders (threshold 1 %), P99 2500 ms (SLO 800 ms)\nenvironment prod; customers say that placing an order fails now and then, since 10 minutes",
      ),
    ).toEqual({
      subject: "/api/v2/orders",
      operation: "/api/v2/orders",
      environment: "prod",
      statusCodes: [503],
      since: { earliest: now - 12 * 60_000, latest: now - 8 * 60_000 },
    });
  });

  it.each([
    ["POST /checkout/:id returns 502", "POST /checkout/:id"],
    ["errors on endpoint /health", "/health"],
    ["GET /v1/users/{id} is slow.", "GET /v1/users/{id}"],
    ["5xx for requests to `/cart/items`", "/cart/items"],
    ["disk /var/lib/docker is 95 % full", null],
    ["see https://grafana.example/d/abc/orders", null],
    ["and/or 5/10", null],
    ["read /etc/hosts", null],
    ["mount on /data is full", null],
  ])("the route: %s", (text, route) => {
    expect(told(text).operation).toBe(route);
  });

  it.each([
    ["The cart service cannot reach database shop-db", "cart"],
    ["High latency on checkout-api in production", "checkout-api"],
    ["Login is slow since noon", null],
  ])("the thing: %s", (text, subject) => {
    expect(told(text).subject).toBe(subject);
  });

  it("what the sender names outright comes before words, and a route before both", () => {
    expect(told("pod cart-7f is slow", { named: ["basket"] }).subject).toBe("basket");
    expect(told("500 for requests to /orders", { named: ["basket"] }).subject).toBe("/orders");
  });

  it.each([
    ["environment prod; slow", {}, "prod"],
    ["env: staging-eu", {}, "staging-eu"],
    ["High latency on checkout-api in production", {}, "production"],
    ["slow in the canary environment", {}, "canary"],
    ["slow", { deployment_environment: "live" }, "live"],
    ["the environment variable is missing", {}, null],
    ["slow", {}, null],
  ])("the environment: %s", (text, labels, environment) => {
    expect(told(text, { labels }).environment).toBe(environment);
  });

  it.each([
    ["503 for 5 % of requests", [503]],
    ["HTTP 429 and status code 504", [429, 504]],
    ["many 500s from the gateway", [500]],
    ["502 Bad Gateway", [502]],
    ["latency 500 ms, 404 connections", []],
    ["queue depth 503", []],
    ["10.0.5.503:404", []],
  ])("the codes: %s", (text, codes) => {
    expect(told(text).statusCodes).toEqual(codes);
  });

  it("nothing from outside gets through long or with control characters", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300, unit: "binary" }), (text) => {
        for (const name of Object.values(told(`service ${text}\n/api/${text}`, { named: [text] }))) {
          if (typeof name !== "string") continue;
          expect(name.length).toBeLessThanOrEqual(120);
          expect(name).not.toMatch(/[\u0000-\u001f\u007f\u202e]/);
        }
      }),
    );
  });

  it("is read in time, however long the text", () => {
    const startedAt = performance.now();
    told("/a-b/c in the GET http://x env ".repeat(10_000));
    expect(performance.now() - startedAt).toBeLessThan(3000);
  });
});
