import { expect, it } from "vitest";
import { partsOf, placeInWhole } from "./payload-parts.ts";

const alert = (n: number) => ({ labels: { alertname: `A${n}` }, startsAt: "2026-01-01T00:00:00Z" });
const many = Array.from({ length: 120 }, (_, n) => alert(n));

it("a group of many is read in parts, none of them lost, what is said of the group once", () => {
  const parts = partsOf({ receiver: "midwatch", truncatedAlerts: 3, alerts: many });
  const alerts = parts.flatMap(({ part }) => (part as { alerts: object[] }).alerts);
  expect(alerts).toEqual(many);
  expect(parts.map(({ part }) => (part as { truncatedAlerts: number }).truncatedAlerts)).toEqual([3, 0, 0]);
  expect(partsOf(many).flatMap(({ part }) => part)).toEqual(many);
});

it("anything else is one part", () => {
  const others = [{}, [], null, "words", { alerts: [] }, { alerts: "none" }, { title: "x", alerts: [1, 2] }];
  for (const payload of others) expect(partsOf(payload)).toEqual([{ part: payload, from: 0 }]);
  expect(partsOf(Array.from({ length: 10_001 }, () => 1))).toHaveLength(1);
});

it("a place in a part is told as the place in the whole", () => {
  expect(placeInWhole("$.alerts[3].labels", 100)).toBe("$.alerts[103].labels");
  expect(placeInWhole("$[0]", 50)).toBe("$[50]");
  expect(placeInWhole("$.truncatedAlerts", 50)).toBe("$.truncatedAlerts");
});
