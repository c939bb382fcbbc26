import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { meantOperations, operationFit } from "./operation.ts";

describe("whether a known operation is the one that words name", () => {
  it.each([
    ["/api/v2/orders", "POST /api/v2/orders", 3],
    ["/api/v2/orders/", "GET /api/v2/orders", 3],
    ["GET /api/v2/orders", "POST /api/v2/orders", 0],
    ["/orders/17", "GET /orders/:id", 2],
    ["/orders/{orderId}", "GET /orders/:id", 2],
    ["/api/v2/orders", "GET /api/v2/orders/:id/confirmation", 2],
    ["/api/v2/orders", "GET /orders", 1],
    ["/api/v2/orders", "GET /api/v2/order", 0],
    ["/orders", "GET /api/v2/orders", 0],
    ["/api/v2/orders", "checkout", 0],
    ["checkout", "checkout", 3],
    ["https://shop.example/api/v2/orders?page=2", "GET /api/v2/orders", 3],
  ])("%s, %s: %i", (told, known, fit) => {
    expect(operationFit(told, known)).toBe(fit);
  });

  it("means those that fit best, and only those", () => {
    const known = ["GET /api/v2/orders", "POST /api/v2/orders", "GET /api/v2/orders/:id", "GET /orders", "GET /carts"];
    expect(meantOperations("/api/v2/orders", known)).toEqual(["GET /api/v2/orders", "POST /api/v2/orders"]);
    expect(meantOperations("/api/v2/users", known)).toEqual([]);
  });

  it("is itself, whatever it is called", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(operationFit(text, text)).toBe(3);
      }),
    );
  });
});
