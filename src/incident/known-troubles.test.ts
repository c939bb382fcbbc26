import { expect, test } from "vitest";
import type { IncidentEventBody } from "../core/incident-events.ts";
import { knownTroubles } from "./known-troubles.ts";
import { minute, openedBody, story, t0 } from "./samples.testing.ts";

const resolved: IncidentEventBody = { type: "item-resolved", itemId: "item-1", title: "errors", resolvedAt: t0 };
const incident = (startsAt: number, changes: Parameters<typeof openedBody>[0] = {}) =>
  story(undefined, openedBody({ startsAt, ...changes }));
/** Complained of for ten minutes, over for five. */
const over = {
  ...incident(t0 - 10 * minute)
    .at(-5)
    .happens(resolved)
    .state(),
  id: "a",
};
const own = { ...incident(t0).state(), id: "own" };

test("another incident troubled the time from its first complaint until its last alert was over", () => {
  expect(knownTroubles(own, [own, over], t0)).toEqual([
    { from: t0 - 10 * minute - 15_000, to: t0 - 5 * minute + 15_000 },
  ]);
});

test("what still fires troubles until now; troubles that touch are one", () => {
  const firing = { ...incident(t0 - 6 * minute).state(), id: "b" };
  expect(knownTroubles(own, [firing, over], t0)).toEqual([{ from: t0 - 10 * minute - 15_000, to: t0 + 15_000 }]);
});

test("questions, and other environments, trouble nothing", () => {
  const asked = { ...incident(t0 - minute, { itemKind: "context" }).state(), id: "a" };
  const elsewhere = { ...incident(t0 - minute, { environment: "production" }).state(), id: "b" };
  expect(knownTroubles(own, [asked, elsewhere], t0)).toEqual([]);
});

test("what was merged troubles nothing by itself: its alerts are told to the other", () => {
  const merged = incident(t0 - 20 * minute)
    .at(-19)
    .happens({ type: "merged-into", incidentId: "a", reason: "both have the same cause" })
    .state();
  expect(knownTroubles(own, [{ ...merged, id: "m" }, over], t0)).toEqual(knownTroubles(own, [over], t0));
});
