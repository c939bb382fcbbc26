import { expect, it } from "vitest";
import { nextRow } from "./row-keys.ts";

it("begins at the near end, walks, and stays at the far end", () => {
  expect(nextRow([false, false], 1)).toBe(0);
  expect(nextRow([false, false], -1)).toBe(1);
  expect(nextRow([true, false], 1)).toBe(1);
  expect(nextRow([false, true], 1)).toBe(1);
  expect(nextRow([], 1)).toBeNull();
});
