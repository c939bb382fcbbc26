import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { plainChange } from "../../core/samples.testing.ts";
import type { Change } from "../../core/workload.ts";
import { undoneChanges } from "./undone-changes.ts";

const change = (id: string, at: number, before: unknown, after: unknown, more: Partial<Change> = {}): Change =>
  plainChange({ id, kind: "configuration", at, key: "PAYMENT_URL", before, after, ...more });
const undone = (...changes: Change[]) => [...undoneChanges(changes, 100)].sort();

describe("a change that was taken back", () => {
  test("is over, and so is what took it back", () =>
    expect(undone(change("a", 1, "right", "wrong"), change("b", 2, "wrong", "right"))).toEqual(["a", "b"]));

  test("is not over while only a part of the way back was gone", () =>
    expect(undone(change("a", 1, 10, 2), change("b", 2, 2, 5))).toEqual([]));

  test("is not known to be over where its values were secrets: one looks like another", () => {
    const rotated = (id: string, at: number) => change(id, at, "[redacted]", "[redacted]", { key: "API_KEY" });
    expect(undone(rotated("a", 1), rotated("b", 2))).toEqual([]);
    const differs = { diff: "-password=[redacted]\n+password=[redacted]\n" };
    expect(undone(change("a", 1, null, null, differs), change("b", 2, null, null, differs))).toEqual([]);
  });

  test("is over by a roll-back", () =>
    expect(
      undone(
        change("a", 1, "v1", "v2", { kind: "deploy", key: null }),
        change("b", 2, "v2", "v1", { kind: "rollback", key: null }),
      ),
    ).toEqual(["a", "b"]));

  test("is over where a later change did not find it there any more", () => {
    const release = { kind: "deploy", key: null } as const;
    expect(undone(change("a", 1, "v1", "v2", release), change("b", 200, "v1", "v3", release))).toEqual(["a"]);
    expect(undone(change("a", 1, "v1", "v2", release), change("b", 200, "v2", "v3", release))).toEqual([]);
    expect(undone(change("a", 1, "v1", "v2", release), change("b", 200, "v0", "v3", release))).toEqual([]);
  });

  test("is over by what its difference took away again", () => {
    const release = (id: string, at: number, removed: string, added: string): Change =>
      change(id, at, null, null, {
        kind: "deploy",
        key: null,
        diff: `--- a/x\n+++ b/x\n@@ -1 +1 @@\n-${removed}\n+${added}\n`,
      });
    expect(undone(release("a", 1, "limit = 20", "limit = 2"), release("b", 2, "limit = 2", "limit = 20"))).toEqual([
      "a",
      "b",
    ]);
    expect(undone(release("a", 1, "limit = 20", "limit = 2"), release("b", 2, "limit = 2", "limit = 5"))).toEqual([]);
    expect(
      undone(
        release("a", 1, "limit = 20", "limit = 2"),
        release("b", 2, "limit = 2", "limit = 20"),
        release("c", 3, "limit = 20", "limit = 2"),
      ),
    ).toEqual(["a", "b"]);
  });

  test("is in force again when it was made again", () =>
    expect(undone(change("a", 1, false, true), change("b", 2, true, false), change("c", 3, false, true))).toEqual([
      "b",
      "c",
    ]));

  test("stays what it is when that was too late, elsewhere, or when nobody says what was set", () => {
    expect(undone(change("a", 1, "right", "wrong"), change("b", 200, "wrong", "right"))).toEqual([]);
    expect(undone(change("a", 1, 1, 2), change("b", 2, 2, 1, { key: "OTHER" }))).toEqual([]);
    expect(undone(change("a", 1, null, null), change("b", 2, null, null))).toEqual([]);
  });

  test("is over exactly when the value is again what it was before some earlier change", () =>
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 3, maxLength: 8 }), (values) => {
        const history = values.slice(1).map((after, index) => change(`c${index}`, index, values[index], after));
        const isBack = values.slice(0, -2).includes(values.at(-1) as number);
        expect(undoneChanges(history, 100).has(`c${history.length - 1}`)).toBe(isBack);
      }),
    ));
});
