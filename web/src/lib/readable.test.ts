import { expect, it } from "vitest";
import { formatTime } from "./format-time.ts";
import { readable } from "./readable.ts";

const now = Date.parse("2026-11-21T15:00:00Z");

it("puts instants into local time", () => {
  const at = "2026-11-21T14:49:45.000Z";
  expect(readable(`between ${at} and later`, now)).toBe(`between ${formatTime(at, now, "second")} and later`);
});

it("takes a time without a date for the nearest one", () => {
  expect(readable("until 15:08 UTC", now)).toBe(`until ${formatTime("2026-11-21T15:08:00Z", now)}`);
  const night = Date.parse("2026-11-21T23:50:00Z");
  expect(readable("until 00:10 UTC", night)).toBe(`until ${formatTime("2026-11-22T00:10:00Z", night)}`);
});

it("keeps a number and its unit on one line", () => {
  expect(readable("6.2 % in 20 min, 3 instances", now)).toBe("6.2\u00a0% in 20\u00a0min, 3 instances");
});
