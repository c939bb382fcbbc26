import { expect, it } from "vitest";
import { apiQuery, toggleFilter } from "./use-filters.ts";

it("puts a value in, takes it out, and begins at the first page again", () => {
  const filters = new URLSearchParams("outcome=joined&cursor=9");
  toggleFilter(filters, "outcome", "opened");
  expect(filters.toString()).toBe("outcome=joined&outcome=opened");
  toggleFilter(filters, "outcome", "joined");
  expect(filters.toString()).toBe("outcome=opened");
});

it("asks the server only for what it knows", () => {
  expect(apiQuery(new URLSearchParams("theme=dark&q=cart"), ["q"])).toBe("?q=cart");
  expect(apiQuery(new URLSearchParams("theme=dark"), ["q"])).toBe("");
});
