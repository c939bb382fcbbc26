import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sinceInText } from "./since-in-text.ts";

const now = Date.parse("2026-11-21T14:30:00Z");
const at = (time: string) => Date.parse(`2026-11-21T${time}:00Z`);
/** The middle, to the minute. */
const middle = (text: string) => {
  const since = sinceInText(text, now);
  return since === null ? null : Math.round((since.earliest + since.latest) / 120_000) * 60_000;
};

describe("when a text says that it began", () => {
  it.each([
    ["customers say so, since 10 minutes", "14:20"],
    ["failing for 20 min now", "14:10"],
    ["for the last 2 hours", "12:30"],
    ["for at least 5 minutes: zone-name", "14:25"],
    ["it started half an hour ago", "14:00"],
    ["errors began about 15m ago", "14:15"],
    ["since an hour", "13:30"],
    ["since a few minutes", "14:26"],
    ["since 14:05", "14:05"],
    ["started at 14:05 UTC after lunch", "14:05"],
    ["since 2:05 pm", "14:05"],
    ["since 15:05 CET", "14:05"],
    ["since 16:05+02:00", "14:05"],
    ["Login is slow since noon", "12:00"],
    ["since 2026-11-21T13:00:00Z", "13:00"],
  ])("%s", (text, time) => {
    expect(middle(text)).toBe(at(time));
  });

  it("a clock time that is still to come was yesterday's", () => {
    expect(middle("since 23:50")).toBe(at("23:50") - 86_400_000);
  });

  it.each([
    "error rate over the last 5 minutes is 7 %",
    "12 failures in 10 minutes",
    "deployed v1.24.3 2 hours ago",
    "P99 2500 ms, threshold 800 ms",
    "above 90 % for 30s",
    "since yesterday it is slow",
    "since the release",
    "request took 45 seconds",
    "since 90 days",
  ])("nothing: %s", (text) => {
    expect(sinceInText(text, now)).toBeNull();
  });

  it("never in the future, never turned round, and it moves with the clock where an amount is told", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9999 }), fc.constantFrom("s", "min", "hours", "d"), (amount, unit) => {
        const text = `since ${amount} ${unit}`;
        const since = sinceInText(text, now);
        if (since === null) return;
        expect(since.earliest).toBeLessThanOrEqual(since.latest);
        expect(since.latest).toBeLessThanOrEqual(now);
        expect(sinceInText(text, now + 3_600_000)).toEqual({
          earliest: since.earliest + 3_600_000,
          latest: since.latest + 3_600_000,
        });
      }),
    );
    fc.assert(fc.property(fc.string({ maxLength: 300 }), (text) => void sinceInText(`since ${text} ago`, now)));
  });

  it("is read in time, however long the text", () => {
    const startedAt = performance.now();
    sinceInText("since about started fail ".repeat(10_000), now);
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });
});
