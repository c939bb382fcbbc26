import { expect, test } from "vitest";
import type { IncidentEventBody } from "../core/incident-events.ts";
import { t0 } from "../core/samples.testing.ts";
import { knownTroubles } from "./known-troubles.ts";
import { minute, openedBody, story } from "./samples.testing.ts";

const endedAt = t0 - 6 * minute;
const resolved: IncidentEventBody = { type: "item-resolved", itemId: "item-1", title: "errors", resolvedAt: endedAt };
const incident = (startsAt: number, changes: Parameters<typeof openedBody>[0] = {}) =>
  story(undefined, openedBody({ startsAt, ...changes }));
/** Complained of for four minutes, over for six, which was told five minutes ago. */
const over = {
  ...incident(t0 - 10 * minute)
    .at(-5)
    .happens(resolved)
    .state(),
  id: "a",
};
const own = { ...incident(t0).state(), id: "own" };

test("another incident troubled the time from its first complaint until its last alert was over, told later", () => {
  expect(knownTroubles(own, [own, over], t0)).toEqual([{ from: t0 - 10 * minute - 15_000, to: endedAt + 15_000 }]);
});

test.each([
  ["before it began", t0 - 60 * minute, t0 - 10 * minute],
  ["after that was told", t0 + 60 * minute, t0 - 5 * minute],
])("no clock of a sender ends trouble %s", (_, resolvedAt, ended) => {
  const wrong = {
    ...incident(t0 - 10 * minute)
      .at(-5)
      .happens({ ...resolved, resolvedAt })
      .state(),
    id: "a",
  };
  expect(knownTroubles(own, [wrong], t0)[0]?.to).toBe(ended + 15_000);
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
