import { expect, test } from "vitest";
import { isSaidIn } from "./is-said-in.ts";

test("a sentence that the headline ends with is said already, also with a capital", () => {
  expect(isSaidIn("Nothing is wrong now: its signals are as usual.", "Its signals are as usual.")).toBe(true);
  expect(isSaidIn("A release leaks.", "12 % of requests fail.")).toBe(false);
  expect(isSaidIn("A release leaks.", null)).toBe(false);
});
