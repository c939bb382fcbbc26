import { describe, expect, it } from "vitest";
import { formatAge, formatDuration } from "./format-duration.ts";

describe("a duration in words", () => {
  it.each([
    [0, "0 ms"],
    [0.34, "340 ms"],
    [0.99, "1 s"],
    [4.12, "4.1 s"],
    [38.4, "38 s"],
    [59.7, "1 min"],
    [158, "2 min 38 s"],
    [240, "4 min"],
    [840, "14 min"],
    [3600, "1 h"],
    [5100, "1 h 25 min"],
    [90_000, "1 day"],
    [260_000, "3 days"],
    [-5, "0 ms"],
  ])("%d s is %s", (seconds, words) => expect(formatDuration(seconds)).toBe(words));
});

describe("an age", () => {
  it.each([
    [3, "3 s"],
    [62, "1 min"],
    [5100, "85 min"],
    [7200, "2 h"],
    [200_000, "2 days"],
  ])("%d s is %s", (seconds, words) => expect(formatAge(seconds)).toBe(words));
});
