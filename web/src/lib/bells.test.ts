import { expect, it } from "vitest";
import { bellsAt } from "./bells.ts";

it("strikes once more each half hour of the watch, and begins anew with the next", () => {
  expect(bellsAt(0)).toBe(0);
  expect(bellsAt(31)).toBe(1);
  expect(bellsAt(3 * 60 + 7)).toBe(6);
  expect(bellsAt(3 * 60 + 59)).toBe(7);
  expect(bellsAt(4 * 60)).toBe(0);
});
