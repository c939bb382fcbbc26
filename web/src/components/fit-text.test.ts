import { expect, test } from "vitest";
import { fitLines } from "./fit-text.ts";

// Without a canvas a letter of 12 px is 7.2 px wide.
test("words stand whole on two lines before anything is cut", () => {
  expect(fitLines("5.6 % of requests fail", 110, 2)).toEqual(["5.6 % of", "requests fail"]);
  expect(fitLines("cause", 110, 2)).toEqual(["cause"]);
  expect(fitLines("", 110, 2)).toEqual([]);
});

test("what does not fit the last line is cut there", () => {
  expect(fitLines("requests take two minutes and more", 80, 2)).toEqual(["requests", "take two m…"]);
});
