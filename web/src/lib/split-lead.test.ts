import { expect, it } from "vitest";
import { splitEmphasis, splitLead } from "./split-lead.ts";

it("sets the first of several sentences apart", () => {
  expect(splitLead("Checkout is slow. It began at 02:57.")).toEqual(["Checkout is slow.", " It began at 02:57."]);
});
it("does not take a decimal point or a version for the end of a sentence", () => {
  expect(splitLead("p99 went from 0.24 to 1.92 s on v2.14.0")).toEqual([
    "p99 went from 0.24 to 1.92\u00a0s on v2.14.0",
    "",
  ]);
});
it("sets a clause before a bracket apart", () => {
  expect(splitLead("1 in 26 checkouts fails (3.9 %, usually 0.2 %)")).toEqual([
    "1 in 26 checkouts fails",
    " (3.9\u00a0%, usually 0.2\u00a0%)",
  ]);
});
it("takes the clause before a bracket of the first of several sentences", () => {
  expect(splitLead("1 in 16 checkouts fails (6.2 %) and more. About 310 since.")[0]).toBe("1 in 16 checkouts fails");
});
it("finds the emphasised part, and leaves the text whole where it is not", () => {
  expect(splitEmphasis("a b c", "b")).toEqual(["a ", "b", " c"]);
  expect(splitEmphasis("a b c", "x")).toEqual(["a b c", "", ""]);
  expect(splitEmphasis("a b c", null)).toEqual(["a b c", "", ""]);
});
it("emphasises a name as a whole, never a part of a longer one", () => {
  expect(splitEmphasis("cart-db of cart runs", "cart")).toEqual(["cart-db of ", "cart", " runs"]);
  expect(splitEmphasis("cart-db runs", "cart")).toEqual(["cart-db runs", "", ""]);
});
