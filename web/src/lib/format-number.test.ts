import { describe, expect, it } from "vitest";
import { formatPercent, formatValue, oneIn, scaleFor } from "./format-number.ts";

describe("a value with its unit", () => {
  it.each([
    [0.236, "s", "236 ms"],
    [1.92, "s", "1,920 ms"],
    [5.2, "s", "5.2 s"],
    [0.00042, "s", "420 µs"],
    [0.039, "1", "3.9 %"],
    [0.31, "1", "31 %"],
    [654_311_424, "By", "624 MiB"],
    [17_179_869_184, "By", "16 GiB"],
    [12.13, "{request}/s", "12.1/s"],
    [40, "{connection}", "40 connections"],
    [0, "1", "0 %"],
    [-1.66, "s", "−1,660 ms"],
    [4210, "{item}", "4,210"],
  ] as const)("%d %s reads %s", (value, unit, text) => expect(formatValue(value, unit)).toBe(text));

  it("uses one scale for a whole row, chosen by its largest value", () => {
    expect(scaleFor("s", 1.9)).toEqual({ factor: 0.001, unit: "ms" });
    expect(scaleFor("s", 30)).toEqual({ factor: 1, unit: "s" });
  });
});

describe("ratios in words", () => {
  it("says one in so many where that is readable", () => {
    expect(oneIn(0.039)).toBe("1 in 26");
    expect(oneIn(0.8)).toBeNull();
    expect(oneIn(0.0001)).toBeNull();
  });
  it("never rounds to certainty", () => {
    expect(formatPercent(0.997)).toBe("> 99 %");
    expect(formatPercent(0.002)).toBe("< 1 %");
    expect(formatPercent(0)).toBe("0 %");
  });
});
