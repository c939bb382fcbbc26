import { expect, test } from "vitest";
import { namedTitle } from "./named-title.ts";

test("a title that begins with the name is not given it again", () => {
  expect(namedTitle("cart", "cart: 12 % of requests fail")).toBe("cart: 12 % of requests fail");
  expect(namedTitle("cart", "cart POST /items: requests take 2 s")).toBe("cart POST /items: requests take 2 s");
});

test("a title that does not name it is given the name; another name that begins alike is another", () => {
  expect(namedTitle("cart", "disk 81 %")).toBe("cart: disk 81 %");
  expect(namedTitle("cart", "cart-db: disk 81 %")).toBe("cart: cart-db: disk 81 %");
  expect(namedTitle(null, "disk 81 %")).toBe("disk 81 %");
});
