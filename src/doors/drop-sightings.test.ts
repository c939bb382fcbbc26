import { describe, expect, test } from "vitest";
import { plainChange } from "../core/samples.testing.ts";
import type { Change } from "../core/workload.ts";
import { dropSightings } from "./drop-sightings.ts";

const at = 1_700_000_000_000;
const change = (id: string, more: Partial<Change> = {}): Change =>
  plainChange({ id, at, entityIds: ["cart"], commit: "abc", ...more });
const seen = (more: Partial<Change> = {}) =>
  change("seen", { source: "prometheus/main", actor: "unknown", commit: null, at: at + 20_000, ...more });
const kept = (...changes: Change[]) => dropSightings(changes).map(({ id }) => id);

describe("releases that were only seen", () => {
  test("go where another source tells the release", () => expect(kept(seen(), change("told"))).toEqual(["told"]));
  test("stay where nobody tells it", () => expect(kept(seen())).toEqual(["seen"]));
  test("stay beside a release of another service or another hour", () => {
    expect(kept(seen(), change("told", { entityIds: ["pay"] }))).toEqual(["seen", "told"]);
    expect(kept(seen(), change("told", { at: at - 3_600_000 }))).toEqual(["seen", "told"]);
  });
  test("stay beside what is no release", () =>
    expect(kept(seen(), change("told", { kind: "configuration" }))).toEqual(["seen", "told"]));
  test("what somebody tells is never dropped, however little it says", () =>
    expect(kept(change("one"), change("two", { source: "changes", commit: null }))).toEqual(["one", "two"]));
});
